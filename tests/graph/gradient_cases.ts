/** Small graphs of single operations, for gradients to be held to central differences of the oracle. */
import type { unaryExpressions } from "../../core/graph/ops/expression.ts";
import type { OpAttributes, OpName, Shape } from "../../core/mod.ts";
import { type Case, opCase } from "../kernels/cases.ts";

/** Inputs are multiples of this, so that a step of {@link STEP} is exact in float32 and jumps over no kink. */
const GRID = 2 ** -8;
/** The step of a central difference. */
export const STEP = 2 ** -12;

type Change = (value: number, index: number) => number;

const onGrid = (value: number): number => (Math.round(value / GRID) || 1) * GRID;

function smallCase<K extends OpName>(
  op: K,
  attributes: OpAttributes[K],
  { shapes, change = (value) => value }: { readonly shapes: readonly Shape[]; readonly change?: Change },
): Case {
  return opCase(op, attributes, { shapes, fill: (value, index) => onGrid(change(value, index)) });
}

const positive: Change = (value) => Math.abs(value) + 0.5;

type Elementwise = Exclude<keyof typeof unaryExpressions, "affine">;

const elementwise = (op: Elementwise, change?: Change): Case[] => [
  smallCase(op, {}, { shapes: [[13]], ...(change && { change }) }),
];

const spreads: readonly (readonly [from: Shape, to: Shape])[] = [
  [[5], [5]],
  [[1], [2, 3, 2, 3]],
  [[3], [2, 3, 2, 3]],
  [[2, 1, 1, 3], [2, 3, 2, 3]],
];

const binary = (op: "add" | "mul"): Case[] => spreads.map(([from, to]) => smallCase(op, {}, { shapes: [to, from] }));

type Geometry = OpAttributes["conv2d"];

interface Convolution extends Geometry {
  readonly x: Shape;
  readonly weight: Shape;
  readonly y: Shape;
}

const convolutions: readonly Convolution[] = [
  { x: [2, 4, 3, 2], weight: [3, 3, 3, 2], y: [2, 4, 3, 3], stride: 1, padding: 1, groups: 1 },
  { x: [1, 5, 4, 3], weight: [2, 3, 3, 3], y: [1, 3, 2, 2], stride: 2, padding: 1, groups: 1 },
  { x: [1, 4, 4, 4], weight: [6, 1, 1, 2], y: [1, 2, 2, 6], stride: 2, padding: 0, groups: 2 },
  { x: [2, 5, 5, 3], weight: [3, 5, 5, 1], y: [2, 3, 3, 3], stride: 2, padding: 2, groups: 3 },
  { x: [1, 4, 4, 2], weight: [3, 3, 3, 2], y: [1, 2, 2, 3], stride: 2, padding: 0, paddingAfter: 1, groups: 1 },
];

const geometryOf = ({ x: _, weight: __, y: ___, ...geometry }: Convolution): Geometry => geometry;

const windows = [
  { attributes: { kernel: 2, stride: 2, padding: 0 }, x: [2, 5, 4, 2], y: [2, 2, 2, 2] },
  { attributes: { kernel: 3, stride: 1, padding: 1 }, x: [1, 3, 4, 3], y: [1, 3, 4, 3] },
] as const;

const vectors = [[3], [3], [3], [3]];

/** Cases of every operation that has inputs; the mapped type asks for a row of each. */
export const gradientCases: { readonly [K in OpName]: readonly Case[] } = {
  input: [],
  gaussian: [],
  constant: [],
  conv2d: [
    ...convolutions.map((one) => smallCase("conv2d", geometryOf(one), { shapes: [one.x, one.weight] })),
    smallCase("conv2d", { stride: 1, padding: 0, groups: 1 }, { shapes: [[2, 2, 2, 3], [4, 1, 1, 3], [4]] }),
  ],
  conv2d_input: convolutions.map((one) =>
    smallCase("conv2d_input", { ...geometryOf(one), size: [one.x[1]!, one.x[2]!] }, { shapes: [one.y, one.weight] })
  ),
  conv2d_weight: convolutions.flatMap((one) =>
    [false, true].map((perImage) =>
      smallCase("conv2d_weight", { ...geometryOf(one), kernel: [one.weight[1]!, one.weight[2]!], perImage }, {
        shapes: [one.x, one.y],
      })
    )
  ),
  linear: [smallCase("linear", {}, { shapes: [[3, 4], [5, 4], [5]] })],
  channel_mean: [smallCase("channel_mean", {}, { shapes: [[2, 3, 2, 3]] })],
  channel_variance: [smallCase("channel_variance", {}, { shapes: [[2, 3, 2, 3]] })],
  normalize: [
    smallCase("normalize", { epsilon: 0.25 }, {
      shapes: [[2, 2, 2, 3], ...vectors],
      change: (value, index) => index === 2 ? positive(value, index) : value,
    }),
  ],
  relu: elementwise("relu"),
  relu6: elementwise("relu6", (value) => value * 6),
  sigmoid: elementwise("sigmoid"),
  hard_sigmoid: elementwise("hard_sigmoid", (value) => value * 4),
  swish: elementwise("swish"),
  hard_swish: elementwise("hard_swish", (value) => value * 4),
  exp: elementwise("exp"),
  log: elementwise("log", positive),
  sqrt: elementwise("sqrt", positive),
  reciprocal: elementwise("reciprocal", positive),
  abs: elementwise("abs"),
  sign: elementwise("sign"),
  step: elementwise("step"),
  affine: [smallCase("affine", { scale: -1.5, shift: 0.5 }, { shapes: [[7]] })],
  add: binary("add"),
  mul: binary("mul"),
  broadcast: spreads.map(([from, shape]) => smallCase("broadcast", { shape }, { shapes: [from] })),
  reduce_sum: spreads.map(([shape, x]) => smallCase("reduce_sum", { shape }, { shapes: [x] })),
  log_softmax: [smallCase("log_softmax", {}, { shapes: [[3, 4]] })],
  concat: [smallCase("concat", {}, { shapes: [[2, 2, 1, 3], [2, 2, 1, 1], [2, 2, 1, 2]] })],
  pad_channels: [smallCase("pad_channels", { before: 1, after: 2 }, { shapes: [[2, 3, 1, 3]] })],
  slice: [
    smallCase("slice", { start: 1, length: 2 }, { shapes: [[2, 4]] }),
    smallCase("slice", { start: 0, length: 4 }, { shapes: [[2, 4]] }),
  ],
  transpose: [smallCase("transpose", {}, { shapes: [[3, 4]] })],
  reshape: [smallCase("reshape", { shape: [6, 2] }, { shapes: [[3, 4]] })],
  flatten: [smallCase("flatten", {}, { shapes: [[2, 3, 2, 2]] })],
  unflatten: [smallCase("unflatten", { size: [3, 2] }, { shapes: [[2, 12]] })],
  max_pool: windows.map(({ attributes, x }) => smallCase("max_pool", attributes, { shapes: [x] })),
  average_pool: windows.map(({ attributes, x }) => smallCase("average_pool", attributes, { shapes: [x] })),
  adaptive_average_pool: [1, 2].map((size) => smallCase("adaptive_average_pool", { size }, { shapes: [[2, 3, 5, 2]] })),
  max_pool_gather: windows.map(({ attributes, x }) => smallCase("max_pool_gather", attributes, { shapes: [x, x] })),
  max_pool_scatter: windows.map(({ attributes, x, y }) =>
    smallCase("max_pool_scatter", attributes, { shapes: [x, y] })
  ),
  average_unpool: windows.map(({ attributes, x, y }) =>
    smallCase("average_unpool", { ...attributes, size: [x[1], x[2]] }, { shapes: [y] })
  ),
  adaptive_average_unpool: [1, 2].map((size) =>
    smallCase("adaptive_average_unpool", { size: [3, 5] }, { shapes: [[2, size, size, 2]] })
  ),
  sum: [smallCase("sum", {}, { shapes: [[2, 3]] })],
  sum_abs_difference: [smallCase("sum_abs_difference", {}, { shapes: [[2, 3], [2, 3]] })],
  means: [smallCase("means", {}, { shapes: [[1], [5], [2, 3]] })],
};
