/**
 * How calls of kernels are cut into parts that may run at once. Parts depend on the call alone, never on how many workers
 * there are, so that results do not either. Where parts sum, each writes a partial sum, and one call adds these in order.
 */
import type { Buffer, BufferByte, KernelName, Values } from "../lowered.ts";
import type { CpuLowering } from "../lowering.ts";
import { splitConvolution, splitConvolutionWeight, splitStatistics, splitSumRows } from "./sums.ts";
import { bytesOn, type Range, ranges } from "./ranges.ts";

/** Adds the parts of a call, or returns false: the call is too small, or has nothing to cut. */
type Split<K extends KernelName> = (lowering: CpuLowering, values: Values<K>, kernel: K) => boolean;

/** A kernel whose calls one worker runs, and the reason. */
interface Whole {
  readonly whole: string;
}

type Splits = { readonly [K in KernelName]: Split<K> | Whole };

/** Cuts `count` units of so many elements each; `part` gives the values of a range of units. */
function byRange<K extends KernelName>(
  units: (values: Values<K>) => { readonly count: number; readonly elements: number },
  part: (values: Values<K>, range: Range) => Partial<Values<K>>,
): Split<K> {
  return (lowering, values, kernel) => {
    const cut = ranges(units(values));
    if (cut.length < 2) return false;
    lowering.addParts(kernel, cut.map((range) => ({ ...values, ...part(values, range) })));
    return true;
  };
}

type Unary = { readonly to: Address; readonly from: Address; readonly count: number };
type Address = Buffer | BufferByte | undefined;

const unary = byRange<"relu">(
  ({ count }) => ({ count, elements: 1 }),
  ({ to, from }: Unary, { first, count }) => ({ to: bytesOn(to, 4 * first), from: bytesOn(from, 4 * first), count }),
);

const scalar = byRange<"addScalar">(
  ({ count }) => ({ count, elements: 1 }),
  ({ to, from }: Unary, { first, count }) => ({ to: bytesOn(to, 4 * first), from: bytesOn(from, 4 * first), count }),
);

/** Two tensors of a shape by elements; one whose rows stand beside several rows of the other, by these. */
const binary: Split<"add"> = (lowering, values, kernel) => {
  const { rows, period, count } = values, times = rows === 1 ? count : rows / period;
  if (rows > 1 && period === rows) return vectorBeside(lowering, values, kernel);
  const unit = rows === 1 ? 1 : period * count, besideUnit = rows === 1 ? 1 : count;
  return byRange<"add">(() => ({ count: times, elements: unit }), ({ to, from, beside }, range) => ({
    to: bytesOn(to, 4 * unit * range.first),
    from: bytesOn(from, 4 * unit * range.first),
    beside: bytesOn(beside, 4 * besideUnit * range.first),
    ...(rows === 1 ? { count: range.count } : { rows: range.count * period }),
  }))(lowering, values, kernel);
};

const vectorBeside = byRange<"add">(
  ({ rows, count }) => ({ count: rows, elements: count }),
  ({ to, from, count }, range) => ({
    to: bytesOn(to, 4 * count * range.first),
    from: bytesOn(from, 4 * count * range.first),
    rows: range.count,
    period: range.count,
  }),
);

/** The kernels of poolings, image by image: the fields that have the input's extents, and those with the output's. */
const pooling = byRange<"windowPool">(
  ({ n, h, w, c }) => ({ count: n, elements: h * w * c }),
  ({ x, y, h, w, c, oh, ow }, { first, count }) => ({
    x: bytesOn(x, 4 * h * w * c * first),
    y: bytesOn(y, 4 * oh * ow * c * first),
    n: count,
  }),
);

const adaptive = byRange<"adaptivePool">(
  ({ n, h, w, c }) => ({ count: n, elements: h * w * c }),
  ({ x, y, h, w, c, size }, { first, count }) => ({
    x: bytesOn(x, 4 * h * w * c * first),
    y: bytesOn(y, 4 * size * size * c * first),
    n: count,
  }),
);

const inner: Whole = { whole: "other kernels call it" };
const activationKernel = unary as unknown as Split<"relu">;

/** A decision for every kernel. */
export const splits: Splits = {
  convolve: splitConvolution("convolve"),
  convolveTiles: splitConvolution("convolveTiles"),
  convolutionWeight: splitConvolutionWeight,
  channelStatistics: splitStatistics,
  sumRows: splitSumRows,
  mergeParts: { whole: "it adds what parts have summed" },
  phaseWeight: { whole: "weights are small beside what they are multiplied with" },
  normalizationVectors: { whole: "vectors are small" },
  gaussian: { whole: "its counter begins at 0 in every call" },
  sum: { whole: "it sums in one order" },
  sumAbsDifference: { whole: "it sums in one order" },
  spacePixels: byRange(
    ({ images, rows, columns, bytes }) => ({ count: images, elements: rows * columns * bytes / 4 }),
    ({ to, from, toImage, fromImage }, { first, count }) => ({
      to: bytesOn(to, toImage * first),
      from: bytesOn(from, fromImage * first),
      images: count,
    }),
  ),
  channelsFirst: byRange(({ n, area, channels }) => ({ count: n, elements: area * channels }), (
    { x, y, area, channels },
    { first, count },
  ) => ({ x: bytesOn(x, 4 * area * channels * first), y: bytesOn(y, 4 * area * channels * first), n: count })),
  copyRows: byRange(
    ({ rows, bytes }) => ({ count: rows, elements: bytes / 4 }),
    ({ x, y, xPitch, yPitch }, { first, count }) => ({
      x: bytesOn(x, xPitch * first),
      y: bytesOn(y, yPitch * first),
      rows: count,
    }),
  ),
  fill: byRange(({ count }) => ({ count, elements: 1 }), ({ y }, { first, count }) => ({
    y: bytesOn(y, 4 * first),
    count,
  })),
  fillFrom: byRange(({ count }) => ({ count, elements: 1 }), ({ y }, { first, count }) => ({
    y: bytesOn(y, 4 * first),
    count,
  })),
  repeatRows: (lowering, values, kernel) => {
    const { rows, bytes, times } = values, one = rows === 1;
    return byRange<"repeatRows">(
      () => ({ count: one ? times : rows, elements: bytes / 4 * (one ? 1 : times) }),
      ({ x, y }, { first, count }) =>
        one
          ? { y: bytesOn(y, bytes * first), times: count }
          : { y: bytesOn(y, bytes * times * first), x: bytesOn(x, bytes * first), rows: count },
    )(lowering, values, kernel);
  },
  logSoftmax: byRange(({ rows, count }) => ({ count: rows, elements: count }), ({ x, y, count }, range) => ({
    x: bytesOn(x, 4 * count * range.first),
    y: bytesOn(y, 4 * count * range.first),
    rows: range.count,
  })),
  adaptivePool: adaptive,
  adaptiveUnpool: adaptive as unknown as Split<"adaptiveUnpool">,
  windowPool: pooling,
  windowUnpool: pooling as unknown as Split<"windowUnpool">,
  movePooled: byRange(
    ({ n, h, w, c }) => ({ count: n, elements: h * w * c }),
    ({ image, x, y, h, w, c, oh, ow }, { first, count }) => ({
      image: bytesOn(image, 4 * h * w * c * first),
      x: bytesOn(x, 4 * h * w * c * first),
      y: bytesOn(y, 4 * oh * ow * c * first),
      n: count,
    }),
  ),
  relu: activationKernel,
  relu6: activationKernel as unknown as Split<"relu6">,
  sigmoid: activationKernel as unknown as Split<"sigmoid">,
  hard_sigmoid: activationKernel as unknown as Split<"hard_sigmoid">,
  swish: activationKernel as unknown as Split<"swish">,
  hard_swish: activationKernel as unknown as Split<"hard_swish">,
  exp: activationKernel as unknown as Split<"exp">,
  log: activationKernel as unknown as Split<"log">,
  sqrt: activationKernel as unknown as Split<"sqrt">,
  reciprocal: activationKernel as unknown as Split<"reciprocal">,
  abs: activationKernel as unknown as Split<"abs">,
  sign: activationKernel as unknown as Split<"sign">,
  step: activationKernel as unknown as Split<"step">,
  affine: activationKernel as unknown as Split<"affine">,
  add: binary,
  mul: binary as unknown as Split<"mul">,
  addScalar: scalar,
  mulScalar: scalar as unknown as Split<"mulScalar">,
  applyView: byRange(
    ({ pixels, count }) => ({ count: pixels, elements: count }),
    ({ to, from, count }, range) => ({
      to: bytesOn(to, 4 * count * range.first),
      from: bytesOn(from, 4 * count * range.first),
      pixels: range.count,
    }),
  ),
  applySlice: inner,
  densePanel: inner,
  depthwisePanel: inner,
  densePackedProducts: inner,
  denseSpreadProducts: inner,
  depthwisePackedProducts: inner,
};

/** Adds the parts of a call; false where one worker runs it. */
export function splitCall<K extends KernelName>(lowering: CpuLowering, kernel: K, values: Values<K>): boolean {
  const split = splits[kernel] as Split<K> | Whole;
  return "whole" in split ? false : split(lowering, values, kernel);
}
