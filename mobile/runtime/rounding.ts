/** What a precision's rounding alone makes of a network. */
import type { Node } from "../../core/graph/graph.ts";
import type { Precision } from "../../core/graph/precision.ts";
import type { InferenceNetwork } from "../network/network.ts";
import { simplify } from "../network/simplify.ts";
import { FAST_TAPS } from "../tflite/delegates.ts";
import { roundedTo } from "../tflite/stored_values.ts";
import { activationQuantization, rangeOf } from "../tflite/precision/quantize.ts";

/** Rows rounded to so many bits, sign included, of the largest value of each. */
function roundedRows(
  values: Float32Array,
  { rows, bits }: { readonly rows: number; readonly bits: number },
): Float32Array {
  const length = values.length / rows, rounded = new Float32Array(values.length);
  for (let from = 0; from < values.length; from += length) {
    const row = values.subarray(from, from + length);
    const step = row.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0) / (2 ** (bits - 1) - 1) || 1;
    row.forEach((value, index) => rounded[from + index] = Math.round(value / step) * step);
  }
  return rounded;
}

/** A weight's values in so many rows, as a file of each precision has them. */
const roundings: Readonly<Record<Precision, (values: Float32Array, rows: number) => Float32Array>> = {
  f32: (values, rows) => roundedRows(values, { rows, bits: 24 }),
  f16: (values) => Float32Array.from(new Float16Array(values)),
  dynamic: (values, rows) => roundedRows(values, { rows, bits: 8 }),
  int8: (values, rows) => roundedRows(values, { rows, bits: 8 }),
};

/**
 * Bits that sums in float32 are right to, at the least: kernels add products in orders of their own, and the error of a sum
 * of n terms grows with √n. Some hundred terms take 4 of float32's 24 bits.
 */
const SUM_BITS = 20;
/** The bits of a float32's fraction that are behind them. */
const BEHIND = 2 ** (24 - SUM_BITS) - 1;

/**
 * An activation as sums in float32 have it: right to so many bits, and rounded down, as errors to both sides would cancel
 * in a mean of thousands, and those of a running sum do not.
 */
export function asSummed(values: Float32Array): Float32Array {
  const bits = new Int32Array(Float32Array.from(values).buffer);
  for (let at = 0; at < bits.length; at++) bits[at] = (bits[at]! < 0 ? bits[at]! + BEHIND : bits[at]!) & ~BEHIND;
  return new Float32Array(bits.buffer);
}

/** An activation as a layer of `dynamic` range reads it: in 8 bits over its own range. */
export function asReadInDynamicRange(values: Float32Array): Float32Array {
  return roundedTo(values, activationQuantization(rangeOf(values)));
}

/** Whether a convolution is depthwise with a window of up to 5 × 5, or grouped. */
function isGroupedAndSmall(nodes: readonly Node[], { op, inputs, attributes }: Node): boolean {
  if (op !== "conv2d" || attributes.groups === 1) return false;
  const [channels, kh, kw, depth] = nodes[inputs[1]!]!.shape as [number, number, number, number];
  return kh * kw <= FAST_TAPS || depth !== 1 || attributes.groups !== channels;
}

/**
 * In how many rows a file has a scale each for a weight, by the weight's node: one for linear layers, as old runtimes want.
 * In dynamic range grouped convolutions are not rounded, nor depthwise ones but those of wide windows.
 */
function rowsOf({ nodes }: InferenceNetwork["graph"], precision: Precision): ReadonlyMap<number, number> {
  return new Map(nodes.flatMap((node): [number, number][] => {
    const weight = node.inputs[1]!, isExact = precision === "dynamic" && isGroupedAndSmall(nodes, node);
    if (node.op === "linear") return [[weight, 1]];
    return node.op !== "conv2d" || isExact ? [] : [[weight, nodes[weight]!.shape[0]!]];
  }));
}

/** How a file has a network's weights. */
export interface WeightRounding {
  readonly precision: Precision;
  /** Names of layers that stay in float32; default: none. */
  readonly kept?: ReadonlySet<string>;
}

/** The network with normalisations folded and weights rounded as a file of this precision has them; sums are as before. */
export function withRoundedWeights(
  network: InferenceNetwork,
  { precision, kept = new Set() }: WeightRounding,
): InferenceNetwork {
  const { graph, values } = simplify(network), round = roundings[precision];
  const rounded = [...rowsOf(graph, precision)].flatMap(([id, rows]) => {
    const { op, attributes } = graph.nodes[id]!;
    return op === "input" && !kept.has(attributes.name.replace(/\.\w+$/, ""))
      ? [[attributes.name, round(values[attributes.name]!, rows)]]
      : [];
  });
  return { graph, values: { ...values, ...Object.fromEntries(rounded) } };
}
