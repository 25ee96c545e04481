/** Runs of known content for the tests of pages. */
import {
  createRun,
  parseTrainConfig,
  printStructure,
  type RunStore,
  TrainingStore,
  type TrainingSubject,
  type Verdict,
} from "@zennas/zennas";
import { smallConfig } from "../io/run_case.ts";
import { initial } from "../search/search_case.ts";

export const structure = printStructure(initial);

/** A verdict of each kind, in turn, with scores that go up and down. */
export function verdictOf(index: number): Verdict {
  if (index % 5 === 1) return { verdict: "over-budget", budget: "params", value: 2, limit: 1 };
  if (index % 5 === 3) return { verdict: "failed", reason: "no <b>score</b>" };
  return { verdict: "scored", score: ((index * 7919) % 1009) / 10 + index / 50 };
}

/** A search with so many proposals, open to be written. */
export function openSearchRun(directory: string, count: number, settings: object = {}): RunStore {
  const store = createRun(directory, smallConfig(settings));
  for (let index = 0; index < count; index++) store.append({ index, structure, ...verdictOf(index) });
  return store;
}

/** A search that has ended. */
export function makeSearch(directory: string, count: number, settings: object = {}): void {
  openSearchRun(directory, count, settings)[Symbol.dispose]();
}

const subject: TrainingSubject = {
  network: "cifar_resnet20",
  form: { classes: 10, resolution: 32 },
  data: "/data/cifar10",
  trainSplit: "train",
  testSplit: "test",
  limit: null,
  normalization: "cifar",
  weights: null,
};

/** A training of two epochs and so many steps. */
export function makeTraining(directory: string, steps: number): void {
  using store = TrainingStore.create(directory, {
    config: parseTrainConfig({ epochs: 4, learningRate: 0.1 }),
    subject,
  });
  store.begin({ device: "cpu", identity: {}, firstStep: 1 });
  for (let step = 1; step <= steps; step++) store.addStep({ step, loss: 3 - step / steps, rate: 0.1 });
  store.addEpoch({ epoch: 1, step: steps / 2, trainLoss: 2.6, test: { top1: 0.5, top5: 0.9, loss: 1.5 } });
  store.addEpoch({ epoch: 2, step: steps, trainLoss: 2.2, test: { top1: 0.25, top5: 1, loss: 1 } });
}
