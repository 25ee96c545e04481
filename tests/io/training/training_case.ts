/** A training that takes a moment: a small network on images that are drawn. */
import {
  type Backend,
  type DataSet,
  normalizations,
  parseStructure,
  parseTrainConfig,
  readTraining,
  structureDesign,
  type TrainConfig,
  type TrainingRun,
  TrainingStore,
} from "@zennas/zennas";

const SIZE = 8;

/** Images in two classes: bright above, or bright below. */
export function drawnData(count: number, split: string): DataSet {
  const level = (index: number, at: number): number => (index * 7919 + at * 104729) % 97;
  return {
    name: "drawn",
    split,
    classes: ["above", "below"],
    count,
    imageSize: SIZE,
    label: (index) => index % 2,
    nameOf: (index) => `${split} ${index}`,
    source: (index) => ({
      width: SIZE,
      height: SIZE,
      pixels: Uint8Array.from({ length: SIZE * SIZE * 3 }, (_, at) => {
        const bright = at < SIZE * SIZE * 3 / 2 === (index % 2 === 0);
        return level(index, at) + (bright ? 120 : 20);
      }),
    }),
  };
}

/** Three epochs of four steps, with everything that is drawn. */
export const smallTraining: TrainConfig = parseTrainConfig({
  epochs: 3,
  batch: 4,
  accumulate: 2,
  learningRate: 0.5,
  warmupEpochs: 1,
  weightDecay: 1e-3,
  smoothing: 0.1,
  mixup: 0.2,
  policy: "cifar10",
  crop: "none",
  erasing: 0.5,
  average: 0.9,
  normMomentum: 0.1,
});

/** The store of a training in a directory, which is made where there is none. */
export function storeIn(directory: string, config: TrainConfig = smallTraining): TrainingStore {
  try {
    return TrainingStore.open(directory);
  } catch {
    const subject = {
      ...{ network: "small", form: {}, data: "drawn", trainSplit: "train", testSplit: "test" },
      ...{ limit: null, normalization: "cifar", weights: null },
    };
    return TrainingStore.create(directory, { config, subject });
  }
}

/** All that a training is given but its store. */
export function smallRun(backend: Backend): Omit<TrainingRun, "store"> {
  const structure = parseStructure("SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,8,2,8,1)");
  return {
    backend,
    design: structureDesign(structure, { classes: 2, resolution: SIZE }),
    train: drawnData(35, "train"),
    test: drawnData(10, "test"),
    normalization: normalizations.cifar,
    session: { device: "here", identity: { zennas: "1" } },
  };
}

/** What a training left: losses, tests, and the bytes of its files of weights. */
export function leftIn(directory: string): object {
  const { steps, epochs } = readTraining(directory);
  return {
    steps: steps.map(({ step, loss, rate }) => [step, loss, rate]),
    epochs: epochs.map(({ epoch, step, trainLoss, test }) => [epoch, step, trainLoss, test]),
    ...Object.fromEntries(
      ["last.pth", "best.pth", "snapshot.safetensors"].map((name) => [name, Deno.readFileSync(`${directory}/${name}`)]),
    ),
  };
}
