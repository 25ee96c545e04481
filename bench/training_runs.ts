/** Times whole training steps on images that are in memory, and a peer's between our own samples. */
import type { Backend } from "../core/graph/backend.ts";
import type { NamedDesign } from "../core/networks/design.ts";
import { filledInput, IMAGE } from "../core/networks/parameters.ts";
import { labelTargets, type TrainConfig, Trainer, type TrainingFeed } from "../core/train/mod.ts";
import { summarizeTimes, timeAsyncMs, type Timing } from "./harness.ts";
import type { Layout } from "./torch_process.ts";
import type { PeerForm, TrainingPeer, TrainingPeerAbout, TrainingSubject } from "./training_peer.ts";

/** The networks, and how many steps are a sample: about a second. */
export const trained = { cifar_resnet20: 4, zennet_cifar10_model_size1M_res32: 1 } as const;
/** One of {@link trained}. */
export type TrainedName = keyof typeof trained;

/** Most that a loss may differ by, relative to itself, over the first steps: both are float32, summed in other orders. */
export const TOLERANCE = 1e-3;
/** Steps whose losses are compared. */
const COMPARED = 3;
/** PyTorch's threads look for more work for a moment after the last; this long is waited before our own sample. */
const PAUSE_MS = 100;

/** Images and their classes, in batches of one size. */
export interface Batches {
  /** `[batch, h, w, 3]` each. */
  readonly images: readonly Float32Array[];
  readonly labels: readonly number[];
}

/** Batches of the images that every implementation can draw, with a class each. */
export function drawnBatches({ resolution, classes }: NamedDesign, batch: number, count = 4): Batches {
  const size = batch * resolution ** 2 * 3;
  const all = filledInput(IMAGE, [count * batch, resolution, resolution, 3])[IMAGE]!;
  return {
    images: Array.from({ length: count }, (_, index) => all.subarray(index * size, (index + 1) * size)),
    labels: Array.from({ length: count * batch }, (_, image) => (7 * image + Math.floor(image / classes)) % classes),
  };
}

/** What a training is made of. */
export interface BenchTrainingOptions {
  readonly name: string;
  readonly config: TrainConfig;
  readonly backend: Backend;
  readonly batches: Batches;
}

/** A training on batches in memory, and what a peer needs to do the same. */
export class BenchTraining implements Disposable {
  /** What a peer is told: the weights as they begin. */
  readonly subject: TrainingSubject;
  readonly #trainer: Trainer;
  readonly #feeds: readonly TrainingFeed[];
  #taken = 0;

  private constructor(trainer: Trainer, feeds: readonly TrainingFeed[], subject: TrainingSubject) {
    this.#trainer = trainer;
    this.#feeds = feeds;
    this.subject = subject;
  }

  /** Compiles a step and draws the weights. */
  static async begin(
    design: NamedDesign,
    { name, config, backend, batches }: BenchTrainingOptions,
  ): Promise<BenchTraining> {
    const { classes, resolution, text: structure } = design, { batch, momentum, nesterov, smoothing } = config;
    const trainer = new Trainer(design, { config, backend, batches: batches.images.length });
    await trainer.begin();
    const { parameters } = trainer, held = await trainer.state.read(parameters.map((parameter) => parameter.name));
    const feeds = batches.images.map((images, index) => {
      const labels = batches.labels.slice(index * batch, (index + 1) * batch);
      return { images, targets: labelTargets(labels, { classes }) };
    });
    return new BenchTraining(trainer, feeds, {
      ...{ network: name, structure, classes, batch, resolution, momentum, nesterov, smoothing },
      ...{ weight_decay: config.weightDecay, norm_momentum: config.normMomentum, labels: batches.labels },
      shapes: parameters.map(({ shape }) => shape),
      tensors: [...parameters.map((parameter) => held[parameter.name]!), ...batches.images],
    });
  }

  /** The learning rates of the next steps. */
  nextRates(count: number): readonly number[] {
    return Array.from({ length: count }, (_, index) => this.#trainer.rateOf(this.#taken + index + 1));
  }

  /** Takes steps, one after the other, and gives their losses. */
  async take(count: number): Promise<readonly number[]> {
    const losses: number[] = [];
    for (let index = 0; index < count; index++) {
      const feed = this.#feeds[this.#taken % this.#feeds.length]!;
      losses.push(await this.#trainer.step(++this.#taken, [feed]));
    }
    return losses;
  }

  /** Frees what the device keeps. */
  [Symbol.dispose](): void {
    this.#trainer[Symbol.dispose]();
  }
}

/** The largest difference between losses, relative to the peer's. */
export function largestDifference(ours: readonly number[], theirs: readonly number[]): number {
  return theirs.reduce((most, loss, at) => Math.max(most, Math.abs(loss - ours[at]!) / Math.abs(loss)), 0);
}

/**
 * Takes the first steps of both from the same weights, and gives the largest relative difference of their losses. Throws
 * Error where it exceeds {@link TOLERANCE}.
 */
export async function comparedLosses(training: BenchTraining, peer: TrainingPeer): Promise<number> {
  const rates = training.nextRates(COMPARED), ours = await training.take(COMPARED);
  const { losses: theirs } = await peer.take(rates), difference = largestDifference(ours, theirs);
  if (ours.length === theirs.length && difference <= TOLERANCE) return difference;
  const said = `its losses are ${ours.join(", ")}, the peer's ${theirs.join(", ")}`;
  throw new Error(`Cannot compare times of ${training.subject.network} as ${said}`);
}

/** A training's times by step, and the peer's. */
export interface TrainingFigures {
  readonly name: string;
  readonly batch: number;
  readonly timing: Timing;
  /** Our process's largest resident memory so far; undefined where the system does not say. */
  readonly peakBytes: number | undefined;
  readonly peer: PeerTrainingFigures | undefined;
}

/** The peer's times in the layout that it is faster in, and the largest relative difference of losses. */
export interface PeerTrainingFigures extends TrainingPeerAbout {
  readonly layout: Layout;
  readonly timing: Timing;
  readonly difference: number;
  readonly peakBytes: number;
}

/** What is measured by. */
export interface TrainingMeasureOptions {
  readonly samples: number;
  readonly peer: TrainingPeer | undefined;
  readonly threads: number;
  /** Steps of a sample. */
  readonly steps: number;
}

const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/** The largest resident memory of this process, as Linux counts it. */
function ownPeakBytes(): number | undefined {
  try {
    const kibibytes = /VmHWM:\s*(\d+) kB/.exec(Deno.readTextFileSync("/proc/self/status"))?.[1];
    return kibibytes === undefined ? undefined : 1024 * Number(kibibytes);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** The layout in which the peer takes less time. */
async function fasterForm(peer: TrainingPeer, subject: TrainingSubject, { threads, steps }: TrainingMeasureOptions) {
  const layouts: readonly Layout[] = ["contiguous", "channels_last"], best: number[] = [];
  const formOf = (layout: Layout): PeerForm => ({ layout, dtype: "float32", threads });
  for (const layout of layouts) {
    await peer.begin(subject, formOf(layout));
    const times: number[] = [];
    for (let index = 0; index < 4; index++) times.push((await peer.take(Array<number>(steps).fill(0))).seconds);
    best.push(Math.min(...times));
  }
  return formOf(layouts[best.indexOf(Math.min(...best))]!);
}

/** Times one training. Throws Error where the peer's losses are others. */
export async function measureTraining(
  training: BenchTraining,
  options: TrainingMeasureOptions,
): Promise<TrainingFigures> {
  const { samples, peer, steps } = options, { subject } = training, perStep = (ms: number) => ms / steps;
  const form = peer && await fasterForm(peer, subject, options), about = form && await peer.begin(subject, form);
  const difference = peer ? await comparedLosses(training, peer) : (await training.take(COMPARED), 0);
  const ours: number[] = [], theirs: number[] = [];
  let peerPeak = 0;
  for (let sample = 0; sample < samples; sample++) {
    await pause();
    const rates = training.nextRates(steps);
    ours.push(perStep(await timeAsyncMs(() => training.take(steps))));
    if (!peer) continue;
    const { seconds, peak_bytes } = await peer.take(rates);
    theirs.push(perStep(1000 * seconds));
    peerPeak = peak_bytes;
  }
  return {
    ...{ name: subject.network, batch: subject.batch, timing: summarizeTimes(ours), peakBytes: ownPeakBytes() },
    peer: form && about &&
      { ...about, difference, layout: form.layout, timing: summarizeTimes(theirs), peakBytes: peerPeak },
  };
}
