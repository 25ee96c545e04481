/**
 * How much a network amplifies rounding: its own answers where each step is rounded as a file's are. A right file is about
 * as far from the network as these answers are, whatever that is.
 */
import type { Backend } from "../../core/graph/backend.ts";
import { IMAGE, type InferenceNetwork } from "../network/network.ts";
import { roundedTo } from "../tflite/stored_values.ts";
import { compareOutputs } from "./compare.ts";
import { asReadInDynamicRange, asSummed } from "./rounding.ts";
import { disturbedGraph, fedName, type Step } from "./steps.ts";

/** What rounding makes of a network. */
export interface Conditioning {
  /** The SQNR of its answers with weights and steps rounded as a file's are, dB. */
  readonly sqnrDb: number;
  /** The SQNR of its answers with steps rounded as sums in float32 are, dB. */
  readonly float32Db: number;
  /** The SQNR of the answers of the form that exporters take, in which normalisations are folded, dB. */
  readonly foldedDb: number;
}

/** What conditioning is measured with. */
export interface ConditioningOptions {
  /** The network as exporters take it. */
  readonly network: InferenceNetwork;
  /** Its weights as the file's precision rounds them. */
  readonly rounded: InferenceNetwork["values"];
  readonly steps: readonly Step[];
  readonly images: readonly Float32Array[];
  /** The network's answers to the images. */
  readonly reference: readonly Float32Array[];
  readonly backend: Backend;
  readonly isDynamic: boolean;
}

/** What rounding by `round` adds to each step. */
function disturbances(
  steps: readonly Step[],
  exact: readonly Float32Array[],
  round: (values: Float32Array, step: Step) => Float32Array,
): Record<string, Float32Array> {
  const added = (step: Step, at: number): Float32Array => {
    const values = exact[at]!, rounded = round(values, step);
    return rounded.map((value, index) => value - values[index]!);
  };
  return Object.fromEntries(steps.map((step, at) => [fedName(step.node), added(step, at)]));
}

/** Measures how a network answers where it is rounded as a file is. */
export async function conditioningOf(options: ConditioningOptions): Promise<Conditioning> {
  const { network: { graph, values }, rounded, steps, images, reference, backend, isDynamic } = options;
  const asStored = (tensor: Float32Array, { stored }: Step): Float32Array => {
    if (isDynamic) return asReadInDynamicRange(tensor);
    return stored ? roundedTo(tensor, stored) : asSummed(tensor);
  };
  using stepwise = backend.compile({ ...graph, outputs: [...steps.map(({ node }) => node), graph.outputs[0]!] });
  using disturbed = backend.compile(disturbedGraph(graph, steps));
  const answers: Record<"folded" | "coarse" | "float32", Float32Array[]> = { folded: [], coarse: [], float32: [] };
  for (const image of images) {
    const exact = await stepwise.run({ feeds: { ...values, [IMAGE]: image } });
    const coarse = { ...rounded, ...disturbances(steps, exact, asStored), [IMAGE]: image };
    const summed = { ...values, ...disturbances(steps, exact, asSummed), [IMAGE]: image };
    answers.folded.push(exact.at(-1)!);
    answers.coarse.push((await disturbed.run({ feeds: coarse }))[0]!);
    answers.float32.push((await disturbed.run({ feeds: summed }))[0]!);
  }
  const sqnr = (of: readonly Float32Array[]): number => compareOutputs(reference, of).sqnrDb;
  return { sqnrDb: sqnr(answers.coarse), float32Db: sqnr(answers.float32), foldedDb: sqnr(answers.folded) };
}
