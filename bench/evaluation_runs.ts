/** Times networks in inference mode on images that are in memory, and PyTorch between our own samples. */
import { answers, type Classifier, openClassifier } from "../core/evaluation/mod.ts";
import type { Backend } from "../core/graph/backend.ts";
import type { ImageBatch } from "../core/images/batch.ts";
import type { NamedDesign } from "../core/networks/design.ts";
import { filledInput, filledParameters, fillingRules, IMAGE } from "../core/networks/parameters.ts";
import type { Parameter } from "../core/networks/layers.ts";
import { networkNamed } from "../core/networks/zoo/mod.ts";
import { summarizeTimes, timeAsyncMs, type Timing } from "./harness.ts";
import type { BuiltPeer, Layout, PeerSubject, TorchProcess } from "./torch_process.ts";

/** The networks, and how many batches are a sample: a fraction of a second. */
export const subjects = { cifar_resnet20: 8, zennet_cifar10_model_size1M_res32: 2, efficientnet_b0: 2 } as const;
/** One of {@link subjects}. */
export type SubjectName = keyof typeof subjects;

/** Most that logits may differ by, relative to the largest: both are float32, summed in other orders. */
const TOLERANCE = 1e-4;
/** PyTorch's threads look for more work for a moment after the last; this long is waited before our own sample. */
const PAUSE_MS = 100;

/** A network's times by batch, and PyTorch's. */
export interface EvaluationFigures {
  readonly name: SubjectName;
  readonly batch: number;
  readonly timing: Timing;
  readonly peer: PeerFigures | undefined;
}

/** PyTorch's times in the layout that it is faster in, and the largest relative difference of logits. */
export interface PeerFigures extends Pick<BuiltPeer, "torch" | "threads" | "capability"> {
  readonly layout: Layout;
  readonly timing: Timing;
  readonly difference: number;
}

/** A network ready to answer, and what PyTorch is told of it. */
interface Prepared {
  readonly design: NamedDesign;
  readonly classifier: Classifier;
  readonly images: Float32Array;
  readonly shapes: PeerSubject["shapes"];
  readonly values: readonly Float32Array[];
}

async function prepare(name: SubjectName, { batch, backend }: Given): Promise<Prepared> {
  const design = networkNamed(name).design(), { resolution } = design;
  let filled: Record<string, Float32Array> = {}, known: readonly Parameter[] = [];
  const classifier = await openClassifier(design, {
    batch,
    backend,
    values: (parameters) => {
      known = parameters;
      return filled = filledParameters(parameters, fillingRules.trained);
    },
  });
  const images = filledInput(IMAGE, [batch, resolution, resolution, 3])[IMAGE]!;
  return { design, classifier, images, shapes: known.map(({ shape }) => shape), values: Object.values(filled) };
}

async function* repeated({ images, classifier: { batch } }: Prepared, batches: number): AsyncIterable<ImageBatch> {
  const labels = Array<number>(batch).fill(0);
  for (let index = 0; index < batches; index++) {
    yield await Promise.resolve({ images, labels, indices: labels });
  }
}

/** Answers the images so many times, as an evaluation does; returns the last logits. */
async function answered(prepared: Prepared, batches: number): Promise<Float32Array> {
  let last = new Float32Array();
  for await (const { logits } of answers(prepared.classifier, repeated(prepared, batches))) {
    last = logits as Float32Array<ArrayBuffer>;
  }
  return last;
}

/** The largest difference, relative to the largest logit. Throws Error where it exceeds {@link TOLERANCE}. */
function comparedLogits(name: SubjectName, ours: Float32Array, theirs: readonly number[]): number {
  const largest = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const difference = theirs.reduce((most, value, at) => Math.max(most, Math.abs(value - ours[at]!)), 0) / largest;
  if (ours.length === theirs.length && difference <= TOLERANCE) return difference;
  throw new Error(
    `Cannot compare times of ${name} as its logits differ from PyTorch's by ${difference} of the largest`,
  );
}

/** What is measured by. */
interface Given {
  readonly batch: number;
  readonly samples: number;
  readonly backend: Backend;
  readonly peer: TorchProcess | undefined;
}

const pause = () => new Promise((resolve) => setTimeout(resolve, PAUSE_MS));

/** Builds the network in PyTorch in both layouts, and again in the one that takes less time. */
async function fasterLayout(peer: TorchProcess, subject: Omit<PeerSubject, "layout">, batches: number) {
  const layouts: readonly Layout[] = ["contiguous", "channels_last"], best: number[] = [];
  for (const layout of layouts) {
    await peer.build({ ...subject, layout });
    const times: number[] = [];
    for (let index = 0; index < 4; index++) times.push(await peer.seconds(batches));
    best.push(Math.min(...times));
  }
  const layout = layouts[best.indexOf(Math.min(...best))]!;
  return { layout, built: await peer.build({ ...subject, layout }) };
}

/** Times one network. Throws Error where PyTorch's logits are others. */
export async function measureEvaluation(name: SubjectName, given: Given): Promise<EvaluationFigures> {
  const { batch, samples, peer } = given, batches = subjects[name], prepared = await prepare(name, given);
  using classifier = prepared.classifier;
  const { design: { classes, resolution, text: structure }, shapes, values, images } = prepared;
  const logits = await answered(prepared, batches), perBatch = (ms: number) => ms / batches;
  const told = { network: name, structure, classes, batch, resolution, shapes, tensors: [...values, images] };
  const fast = peer && await fasterLayout(peer, told, batches);
  const difference = fast ? comparedLogits(name, logits, fast.built.logits) : 0;
  const ours: number[] = [], theirs: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    await pause();
    ours.push(perBatch(await timeAsyncMs(() => answered(prepared, batches))));
    if (peer) theirs.push(perBatch(1000 * await peer.seconds(batches)));
  }
  const { torch, threads, capability } = fast?.built ?? { torch: "", threads: 0, capability: "" };
  const about = { torch, threads, capability, difference };
  return {
    name,
    batch: classifier.batch,
    timing: summarizeTimes(ours),
    peer: fast && { ...about, layout: fast.layout, timing: summarizeTimes(theirs) },
  };
}
