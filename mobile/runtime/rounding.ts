/** What a precision's rounding alone makes of a network. */
import type { Precision } from "../../core/graph/precision.ts";
import type { InferenceNetwork } from "../network/network.ts";
import { simplify } from "../network/simplify.ts";

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

/** The network with normalisations folded and weights rounded as a file of this precision has them; sums are as before. */
export function withRoundedWeights(network: InferenceNetwork, precision: Precision): InferenceNetwork {
  const { graph, values } = simplify(network), round = roundings[precision];
  const rounded = graph.nodes.flatMap(({ op, attributes, shape }) => {
    if (op !== "input" || shape.length === 1 || !(attributes.name in values)) return [];
    return [[attributes.name, round(values[attributes.name]!, shape[0]!)]];
  });
  return { graph, values: { ...values, ...Object.fromEntries(rounded) } };
}
