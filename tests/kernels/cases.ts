/** Graphs of single operations over awkward shapes, for backends to be held to the oracle. */
import { type Graph, GraphBuilder, type OpAttributes, type OpName, Random, type Shape } from "../../core/mod.ts";
import type { unaryExpressions } from "../../core/graph/ops/expression.ts";
import { elementCount } from "../../core/graph/shape.ts";

/** A graph with its feeds. */
export interface Case {
  readonly name: string;
  readonly graph: Graph;
  readonly feeds: Record<string, Float32Array>;
}

/** N(0,1) in float32, the same on every run. */
export function normals(shape: Shape, decision: number): Float32Array {
  const random = new Random(20, decision);
  return Float32Array.from({ length: elementCount(shape) }, () => random.normal());
}

type Fill = (value: number, index: number) => number;

/** One operation over inputs of these shapes; `fill` changes the values of the second and later inputs. */
export function opCase<K extends OpName>(
  op: K,
  attributes: OpAttributes[K],
  { shapes, fill = (value) => value }: { readonly shapes: readonly Shape[]; readonly fill?: Fill },
): Case {
  const builder = new GraphBuilder();
  const feeds: Record<string, Float32Array> = {};
  const inputs = shapes.map((shape, index) => {
    feeds[`x${index}`] = normals(shape, index).map((value) => fill(value, index));
    return builder.add("input", [], { name: `x${index}`, shape });
  });
  const graph = builder.build([builder.add(op, inputs, attributes)]);
  return { name: `${op} ${JSON.stringify(attributes)} of [${shapes.join("], [")}]`, graph, feeds };
}

const activations: readonly Shape[] = [[1, 1, 1, 1], [3, 5, 7, 13], [2, 9, 4, 16], [4097], [2, 3]];

type Elementwise = Exclude<keyof typeof unaryExpressions, "affine">;

const elementwise = (op: Elementwise, change: (value: number) => number = (value) => value): Case[] =>
  activations.map((shape) => opCase(op, {}, { shapes: [shape], fill: change }));

/** Positive values of many magnitudes. */
const magnitude = (value: number): number => Math.exp(value * 20);

/** Tensors and what they are spread over. */
const spreads: readonly (readonly [from: Shape, to: Shape])[] = [
  [[1], [3, 5, 7, 13]],
  [[3, 1, 1, 13], [3, 5, 7, 13]],
  [[2, 1, 1, 16], [2, 4, 4, 16]],
  [[13], [3, 5, 7, 13]],
  [[16], [9, 16]],
  [[3], [200, 3]],
  [[5], [5]],
];

const binary = (op: "add" | "mul"): Case[] =>
  [
    ...activations.map((shape): Shape[] => [shape, shape]),
    ...spreads.map(([from, to]) => [to, from]),
  ].map((shapes) => opCase(op, {}, { shapes }));

interface ConvolutionShape {
  readonly x: Shape;
  readonly o: number;
  readonly kernel: number | readonly [number, number];
  readonly stride?: number;
  readonly padding?: number;
  readonly paddingAfter?: number;
  readonly groups?: number;
  readonly bias?: boolean;
}

/** What the three operations of a convolution share. */
function geometryOf(
  { kernel, stride = 1, groups = 1, padding, paddingAfter }: ConvolutionShape,
): OpAttributes["conv2d"] {
  const [kh] = typeof kernel === "number" ? [kernel] : kernel;
  return { stride, padding: padding ?? (kh - 1) >> 1, ...(paddingAfter !== undefined && { paddingAfter }), groups };
}

function convolution(shape: ConvolutionShape): Case {
  const { x, o, kernel, groups = 1, bias = false } = shape;
  const [kh, kw] = typeof kernel === "number" ? [kernel, kernel] : kernel;
  const shapes = [x, [o, kh, kw, x[3]! / groups], ...(bias ? [[o]] : [])];
  return opCase("conv2d", geometryOf(shape), { shapes });
}

const convolutions: readonly ConvolutionShape[] = [
  { x: [1, 1, 1, 1], o: 1, kernel: 1 },
  { x: [2, 5, 7, 3], o: 8, kernel: 3 },
  { x: [2, 5, 7, 3], o: 5, kernel: 3, bias: true },
  { x: [1, 16, 16, 16], o: 24, kernel: 5 },
  { x: [3, 9, 9, 12], o: 19, kernel: 7, stride: 2 },
  { x: [2, 8, 8, 21], o: 40, kernel: 1 },
  { x: [2, 9, 8, 8], o: 16, kernel: 1, stride: 2, bias: true },
  { x: [5, 4, 4, 8], o: 8, kernel: 3, stride: 3, padding: 0 },
  { x: [2, 6, 6, 4], o: 9, kernel: 3, padding: 4 },
  { x: [2, 6, 5, 4], o: 8, kernel: 2, padding: 0 },
  { x: [2, 6, 7, 5], o: 8, kernel: [1, 3], padding: 0 },
  { x: [1, 3, 3, 8], o: 8, kernel: 3, padding: 0 },
  { x: [2, 7, 7, 16], o: 16, kernel: 3, groups: 2 },
  { x: [2, 7, 7, 12], o: 20, kernel: 3, stride: 2, groups: 4, bias: true },
  { x: [2, 7, 7, 6], o: 18, kernel: 3, groups: 6 },
  { x: [2, 9, 7, 16], o: 16, kernel: 3, groups: 16 },
  { x: [2, 9, 7, 13], o: 13, kernel: 5, stride: 2, groups: 13, bias: true },
  { x: [1, 9, 7, 3], o: 3, kernel: 7, groups: 3 },
  { x: [17, 8, 8, 16], o: 16, kernel: 3 },
  { x: [1, 9, 150, 72], o: 72, kernel: 7, groups: 72, bias: true },
  { x: [2, 40, 40, 24], o: 8, kernel: 3 },
  { x: [2, 8, 8, 3], o: 8, kernel: 3, stride: 2, padding: 0, paddingAfter: 1 },
  { x: [2, 10, 8, 16], o: 16, kernel: 5, stride: 2, padding: 1, paddingAfter: 2, groups: 16 },
  { x: [1, 7, 9, 5], o: 6, kernel: 3, padding: 2, paddingAfter: 0 },
  { x: [2, 5, 6, 8], o: 4, kernel: 1, padding: 0, paddingAfter: 1 },
  { x: [2, 5, 6, 8], o: 4, kernel: 1, padding: 1 },
];

/** The output of a convolution of this shape. */
function outputOf(shape: ConvolutionShape): Shape {
  const { graph } = convolution(shape);
  return graph.nodes.at(-1)!.shape;
}

function transposes(shape: ConvolutionShape): Readonly<Record<"input" | "weight" | "weights", Case>> {
  const { x, o, kernel, groups = 1 } = shape;
  const [kh, kw] = typeof kernel === "number" ? [kernel, kernel] : kernel;
  const geometry = geometryOf(shape), y = outputOf(shape);
  const weight = [o, kh, kw, x[3]! / groups];
  return {
    input: opCase("conv2d_input", { ...geometry, size: [x[1]!, x[2]!] }, { shapes: [y, weight] }),
    weight: opCase("conv2d_weight", { ...geometry, kernel: [kh, kw] }, { shapes: [x, y] }),
    weights: opCase("conv2d_weight", { ...geometry, kernel: [kh, kw], perImage: true }, { shapes: [x, y] }),
  };
}

const linears: Case[] = ([[1, 1, 1], [3, 17, 10], [64, 33, 24]] as const).flatMap(([n, i, o]) => [
  opCase("linear", {}, { shapes: [[n, i], [o, i]] }),
  opCase("linear", {}, { shapes: [[n, i], [o, i], [o]] }),
]);

const statistics = (op: "channel_mean" | "channel_variance"): Case[] =>
  ([[1, 1, 1, 3], [2, 3, 3, 16], [3, 9, 11, 13], [300, 7]] as Shape[]).map((shape) =>
    opCase(op, {}, { shapes: [shape], fill: (value) => value + 2 })
  );

const normalizations: Case[] = ([[1, 1, 1, 3], [2, 5, 5, 16], [3, 4, 5, 13], [9, 7]] as Shape[]).map((shape) => {
  const vector = [shape.at(-1)!];
  const fill: Fill = (value, index) => index === 2 ? Math.abs(value) + 0.1 : value;
  return opCase("normalize", { epsilon: 1e-3 }, { shapes: [shape, vector, vector, vector, vector], fill });
});

interface Pooled {
  readonly attributes: OpAttributes["max_pool"];
  readonly x: Shape;
  readonly y: Shape;
}

const pooled: readonly Pooled[] = [
  { attributes: { kernel: 1, stride: 1, padding: 0 }, x: [2, 9, 7, 1], y: [2, 9, 7, 1] },
  { attributes: { kernel: 2, stride: 2, padding: 0 }, x: [2, 9, 7, 4], y: [2, 4, 3, 4] },
  { attributes: { kernel: 3, stride: 2, padding: 1 }, x: [2, 9, 7, 13], y: [2, 5, 4, 13] },
  { attributes: { kernel: 3, stride: 1, padding: 1 }, x: [2, 9, 7, 16], y: [2, 9, 7, 16] },
  { attributes: { kernel: 5, stride: 3, padding: 2 }, x: [2, 9, 7, 6], y: [2, 3, 3, 6] },
];

const pools = (op: "max_pool" | "average_pool"): Case[] =>
  pooled.map(({ attributes, x }) => opCase(op, attributes, { shapes: [x] }));

const adaptive = [[1, 8], [3, 5], [7, 3], [9, 4]] as const;

/** Cases of every operation; the mapped type asks for a row of each. */
export const cases: { readonly [K in OpName]: readonly Case[] } = {
  input: [opCase("relu", {}, { shapes: [[5]] })],
  gaussian: ([[1], [5, 3], [2, 7, 7, 3]] as Shape[]).map((shape) =>
    opCase("gaussian", { shape, stream: 3 }, { shapes: [] })
  ),
  constant: [
    opCase("constant", { shape: [2, 3], values: [2.5] }, { shapes: [] }),
    opCase("constant", { shape: [5], values: [1, 2, 3, 4, 5] }, { shapes: [] }),
  ],
  conv2d: convolutions.map(convolution),
  conv2d_input: convolutions.map((shape) => transposes(shape).input),
  conv2d_weight: convolutions.map(transposes).flatMap(({ weight, weights }) => [weight, weights]),
  linear: linears,
  channel_mean: statistics("channel_mean"),
  channel_variance: statistics("channel_variance"),
  normalize: normalizations,
  relu: elementwise("relu"),
  relu6: elementwise("relu6", (value) => value * 6),
  sigmoid: elementwise("sigmoid", (value) => value * 20),
  hard_sigmoid: elementwise("hard_sigmoid", (value) => value * 4),
  swish: elementwise("swish", (value) => value * 20),
  hard_swish: elementwise("hard_swish", (value) => value * 4),
  exp: elementwise("exp", (value) => value * 4),
  log: elementwise("log", magnitude),
  sqrt: elementwise("sqrt", magnitude),
  reciprocal: elementwise("reciprocal", (value) => value + 5 * Math.sign(value)),
  abs: elementwise("abs"),
  sign: elementwise("sign"),
  step: elementwise("step"),
  affine: activations.map((shape) => opCase("affine", { scale: -1.5, shift: 0.25 }, { shapes: [shape] })),
  add: binary("add"),
  mul: binary("mul"),
  broadcast: spreads.map(([from, shape]) => opCase("broadcast", { shape }, { shapes: [from] })),
  reduce_sum: spreads.map(([shape, x]) => opCase("reduce_sum", { shape }, { shapes: [x] })),
  log_softmax: ([[1, 1], [3, 10], [5, 1000]] as Shape[]).map((shape) =>
    opCase("log_softmax", {}, { shapes: [shape], fill: (value) => value * 20 })
  ),
  concat: [
    opCase("concat", {}, { shapes: [[3], [1], [4]] }),
    opCase("concat", {}, { shapes: [[2, 3, 3, 5], [2, 3, 3, 8], [2, 3, 3, 1]] }),
  ],
  slice: [
    opCase("slice", { start: 2, length: 3 }, { shapes: [[7]] }),
    opCase("slice", { start: 0, length: 5 }, { shapes: [[2, 3, 3, 13]] }),
    opCase("slice", { start: 9, length: 4 }, { shapes: [[2, 3, 3, 13]] }),
  ],
  pad_channels: [
    opCase("pad_channels", { before: 2, after: 3 }, { shapes: [[7]] }),
    opCase("pad_channels", { before: 0, after: 5 }, { shapes: [[2, 3, 3, 13]] }),
    opCase("pad_channels", { before: 8, after: 0 }, { shapes: [[2, 3, 3, 16]] }),
    opCase("pad_channels", { before: 4, after: 4 }, { shapes: [[2, 5, 3, 8]] }),
  ],
  transpose: ([[1, 5], [7, 3], [16, 33]] as Shape[]).map((shape) => opCase("transpose", {}, { shapes: [shape] })),
  reshape: [opCase("reshape", { shape: [2, 15] }, { shapes: [[5, 1, 2, 3]] })],
  unflatten: ([[1, 5, 1, 1], [3, 7, 4, 5]] as const).map(([n, c, h, w]) =>
    opCase("unflatten", { size: [h, w] }, { shapes: [[n, c * h * w]] })
  ),
  flatten: ([[1, 1, 1, 5], [3, 4, 5, 7]] as Shape[]).map((shape) => opCase("flatten", {}, { shapes: [shape] })),
  max_pool: pools("max_pool"),
  average_pool: pools("average_pool"),
  adaptive_average_pool: adaptive.map(([size, c]) =>
    opCase("adaptive_average_pool", { size }, { shapes: [[2, 7, 5, c]] })
  ),
  max_pool_gather: pooled.map(({ attributes, x }) => opCase("max_pool_gather", attributes, { shapes: [x, x] })),
  max_pool_scatter: pooled.map(({ attributes, x, y }) => opCase("max_pool_scatter", attributes, { shapes: [x, y] })),
  average_unpool: pooled.map(({ attributes, x, y }) =>
    opCase("average_unpool", { ...attributes, size: [x[1]!, x[2]!] }, { shapes: [y] })
  ),
  adaptive_average_unpool: adaptive.map(([size, c]) =>
    opCase("adaptive_average_unpool", { size: [7, 5] }, { shapes: [[2, size, size, c]] })
  ),
  sum: activations.map((shape) => opCase("sum", {}, { shapes: [shape] })),
  sum_abs_difference: activations.map((shape) => opCase("sum_abs_difference", {}, { shapes: [shape, shape] })),
  means: [opCase("means", {}, { shapes: [[1], [17], [2, 3, 3, 5]] })],
};
