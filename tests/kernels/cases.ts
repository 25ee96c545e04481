/** Graphs of single operations over awkward shapes, for backends to be held to the oracle. */
import { type Graph, GraphBuilder, type OpAttributes, type OpName, Random, type Shape } from "../../core/mod.ts";
import { elementCount } from "../../core/shape.ts";

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

const elementwise = <K extends "relu" | "sigmoid" | "swish" | "log">(op: K, scale = 1): Case[] =>
  activations.map((shape) =>
    opCase(op, {} as OpAttributes[K], {
      shapes: [shape],
      fill: (value) => op === "log" ? Math.exp(value * 20) : value * scale,
    })
  );

const binary = (op: "add" | "mul"): Case[] =>
  [...activations.map((shape): Shape[] => [shape, shape]), [[3, 5, 7, 13], [1]], [[3, 5, 7, 13], [3, 1, 1, 13]], [
    [2, 4, 4, 16],
    [2, 1, 1, 16],
  ]].map((shapes) => opCase(op, {}, { shapes }));

interface ConvolutionShape {
  readonly x: Shape;
  readonly o: number;
  readonly kernel: number | readonly [number, number];
  readonly stride?: number;
  readonly padding?: number;
  readonly groups?: number;
  readonly bias?: boolean;
}

function convolution(shape: ConvolutionShape): Case {
  const { x, o, kernel, stride = 1, groups = 1, bias = false } = shape;
  const [kh, kw] = typeof kernel === "number" ? [kernel, kernel] : kernel;
  const { padding = (kh - 1) >> 1 } = shape;
  const shapes = [x, [o, kh, kw, x[3]! / groups], ...(bias ? [[o]] : [])];
  return opCase("conv2d", { stride, padding, groups }, { shapes });
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
];

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

const pools = (op: "max_pool" | "average_pool"): Case[] =>
  ([[1, 1, 0], [2, 2, 0], [3, 2, 1], [3, 1, 1], [5, 3, 2]] as const).map(([kernel, stride, padding], index) =>
    opCase(op, { kernel, stride, padding }, { shapes: [[2, 9, 7, [1, 4, 13, 16, 6][index]!]] })
  );

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
  linear: linears,
  channel_mean: statistics("channel_mean"),
  channel_variance: statistics("channel_variance"),
  normalize: normalizations,
  relu: elementwise("relu"),
  sigmoid: elementwise("sigmoid", 20),
  swish: elementwise("swish", 20),
  log: elementwise("log"),
  affine: activations.map((shape) => opCase("affine", { scale: -1.5, shift: 0.25 }, { shapes: [shape] })),
  add: binary("add"),
  mul: binary("mul"),
  concat: [
    opCase("concat", {}, { shapes: [[3], [1], [4]] }),
    opCase("concat", {}, { shapes: [[2, 3, 3, 5], [2, 3, 3, 8], [2, 3, 3, 1]] }),
  ],
  flatten: ([[1, 1, 1, 5], [3, 4, 5, 7]] as Shape[]).map((shape) => opCase("flatten", {}, { shapes: [shape] })),
  max_pool: pools("max_pool"),
  average_pool: pools("average_pool"),
  adaptive_average_pool: ([[1, 8], [3, 5], [7, 3], [9, 4]] as const).map(([size, c]) =>
    opCase("adaptive_average_pool", { size }, { shapes: [[2, 7, 5, c]] })
  ),
  sum: activations.map((shape) => opCase("sum", {}, { shapes: [shape] })),
  sum_abs_difference: activations.map((shape) => opCase("sum_abs_difference", {}, { shapes: [shape, shape] })),
  means: [opCase("means", {}, { shapes: [[1], [17], [2, 3, 3, 5]] })],
};
