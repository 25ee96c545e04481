/** An oracle for several scores of one network, with float32's errors if wanted. */
import {
  type Backend,
  definitionOf,
  fillByName,
  type Graph,
  type Node,
  type Program,
  type RunOptions,
  type Tensor64,
} from "../../core/mod.ts";
import { oracleBackend } from "../graph/oracle_backend.ts";

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

/** Evaluates graphs by their reference code, and what several of them have in common only once. */
class Oracle {
  readonly #values: Tensor64[] = [];
  /** Where values are, by what they are computed from. */
  readonly #places = new Map<string, number>();
  readonly #feeds = new Map<string, Float32Array[]>();
  readonly #draw: number | undefined;

  constructor(draw: number | undefined) {
    this.#draw = draw;
  }

  run(graph: Graph, run: RunOptions): Float64Array[] {
    const places: number[] = [];
    for (const node of graph.nodes) {
      places.push(this.#place({ ...node, inputs: node.inputs.map((id) => places[id]!) }, run));
    }
    return graph.outputs.map((id) => this.#values[places[id]!]!.data);
  }

  /** Where the value of a node is whose inputs are places. */
  #place(node: Node, run: RunOptions): number {
    const feed = node.op === "input" ? this.#feedNumber(node.attributes.name, run) : undefined;
    const key = JSON.stringify([node.op, node.attributes, node.inputs, feed]);
    const place = this.#places.get(key) ?? this.#values.push(this.#value(node, run)) - 1;
    this.#places.set(key, place);
    return place;
  }

  /** The number of a feed among the different ones of its name. */
  #feedNumber(name: string, { feeds }: RunOptions): number {
    const values = feeds![name]!, known = this.#feeds.get(name) ?? [];
    this.#feeds.set(name, known);
    const number = known.findIndex((one) => one.every((value, index) => value === values[index]));
    return number < 0 ? known.push(values) - 1 : number;
  }

  #value(node: Node, run: RunOptions): Tensor64 {
    const inputs = node.inputs.map((place) => this.#values[place]!), { shape, attributes } = node;
    const evaluate = (from: readonly Tensor64[]): Float64Array =>
      definitionOf(node).reference(from, attributes, { ...run, output: shape });
    const data = evaluate(inputs);
    if (this.#draw === undefined || exact.has(node.op)) return { shape, data };
    const sizes = inputs.map((input) => ({ shape: input.shape, data: input.data.map(Math.abs) }));
    const terms = sums.has(node.op) ? evaluate(sizes) : data;
    const noise = fillByName(`${this.#draw}.${this.#values.length}`, data.length);
    return { shape, data: data.map((value, index) => value + ROUNDING * noise[index]! * Math.abs(terms[index]!)) };
  }
}

/**
 * A backend that runs graphs by their reference code and, other than backends may, returns float64. It keeps every value
 * that it has computed, so it is for a network without draws.
 *
 * With a `draw`, every value is moved by as much as float32 may be off: uniformly, with a deviation of 2⁻²⁴ of its size,
 * or of the size of the terms that it is a sum of. Each draw is another such float32.
 */
export function rememberingOracle(draw?: number): Backend {
  const oracle = new Oracle(draw);
  return {
    device: { backend: "cpu", name: "oracle", details: draw === undefined ? "float64" : `errors of float32 ${draw}` },
    concurrency: 1,
    hold: oracleBackend.hold,
    compile: (graph): Program => ({
      run: (options = {}) => Promise.resolve(oracle.run(graph, options) as readonly unknown[] as Float32Array[]),
      [Symbol.dispose]: () => {},
    }),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
