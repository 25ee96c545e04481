/** The float64 oracle as a backend, for tests that ask what a result is without rounding, or how rounding moves it. */
import {
  type Backend,
  definitionOf,
  evaluate,
  fillByName,
  type Graph,
  type Node,
  type Program,
} from "../../core/mod.ts";
import type { RunOptions, Tensor64 } from "../../core/mod.ts";

function oracle(details: string, run: (graph: Graph, options: RunOptions) => Float64Array[]): Backend {
  return {
    device: { backend: "cpu", name: "oracle", details },
    concurrency: 1,
    compile: (graph: Graph): Program => ({
      run: (options = {}) => Promise.resolve(run(graph, options).map((values) => Float32Array.from(values))),
      [Symbol.dispose]: () => {},
    }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** Runs graphs by their reference code; outputs are rounded to float32 at the end. */
export const oracleBackend: Backend = oracle("float64", evaluate);

type OpSet = ReadonlySet<Node["op"]>;

/** Operations that sum products: what float32 makes of them is as far off as their terms are large. */
const sums: OpSet = new Set<Node["op"]>([
  ...["conv2d", "conv2d_input", "conv2d_weight", "linear"] as const,
  ...["channel_mean", "reduce_sum", "sum", "means"] as const,
]);

/** Operations that only move, choose or repeat values. */
const exact: OpSet = new Set<Node["op"]>([
  ...["input", "constant", "relu", "abs", "sign", "step", "broadcast"] as const,
  ...["concat", "slice", "transpose", "reshape", "flatten", "unflatten"] as const,
]);

/** Half a unit in the last place of a float32 between 1 and 2. */
const ROUNDING = 2 ** -24;

/** Moves a node's values as float32 might: by a rounding of each, or of the terms that it sums. */
function moved(node: Node, values: Float64Array, options: {
  readonly inputs: readonly Tensor64[];
  readonly run: RunOptions;
  readonly name: string;
}): Float64Array {
  if (exact.has(node.op)) return values;
  const { inputs, run, name } = options;
  const terms = sums.has(node.op)
    ? definitionOf(node).reference(
      inputs.map(({ shape, data }) => ({ shape, data: data.map(Math.abs) })),
      node.attributes,
      { ...run, output: node.shape },
    )
    : values;
  const noise = fillByName(name, values.length);
  return values.map((value, index) => value + ROUNDING * noise[index]! * Math.abs(terms[index]!));
}

function evaluateMoved(graph: Graph, run: RunOptions, draw: number): Float64Array[] {
  const values: Tensor64[] = [];
  graph.nodes.forEach((node, id) => {
    const inputs = node.inputs.map((from) => values[from]!);
    const data = definitionOf(node).reference(inputs, node.attributes, { ...run, output: node.shape });
    values.push({ shape: node.shape, data: moved(node, data, { inputs, run, name: `${draw}.${id}` }) });
  });
  return graph.outputs.map((id) => values[id]!.data);
}

/**
 * Runs graphs by their reference code, and moves every value by as much as float32 may be off: uniformly, with a deviation
 * of 2⁻²⁴ of its size, or of the size of the terms that it is a sum of. Each draw is another such float32.
 */
export function float32Model(draw: number): Backend {
  return oracle(`float64 with the errors of float32, draw ${draw}`, (graph, run) => evaluateMoved(graph, run, draw));
}
