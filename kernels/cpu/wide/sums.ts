/** The splits of kernels that need work buffers of their own for each part, or that sum over parts. */
import { PANEL, TILE_PIXELS } from "../bands.ts";
import { type Buffer, type BufferByte, bufferOf, type Values } from "../lowered.ts";
import type { CpuLowering } from "../lowering.ts";
import { isPointwise, panelCount } from "../rows/convolution.ts";
import { STATISTICS_BLOCK_BYTES } from "../rows/normalization.ts";
import { bytesOn, type Range, ranges } from "./ranges.ts";

type Descriptor = Values<"convolve">;

/** Pixels of a convolution's part at least: each packs all weights, which costs what some 16 pixels do. */
const PART_PIXELS = 512;
/** Multiply-adds of a convolution's part at least. */
const PART_MACS = 2 ** 18;

/** The ranges of a convolution's images; of its pixels where it is pointwise. */
function cutConvolution(d: Descriptor, { most }: { readonly most: number }): Range[] {
  const column = d.n === 1 && d.w === 1 && isPointwise(d), pixels = d.oh * d.ow;
  const macs = d.kh * d.kw * (d.c / d.groups) * d.o, least = Math.max(PART_PIXELS, Math.ceil(PART_MACS / macs));
  if (column) return ranges({ count: pixels, elements: 1, most, least, step: TILE_PIXELS });
  return ranges({ count: d.n, elements: pixels, most, least, step: 1 });
}

/** What the descriptor of a range says of its extents and operands. */
function rangeOf(d: Descriptor, { first, count }: Range): Partial<Descriptor> {
  const column = d.n === 1;
  const from = column ? d.c * first : d.h * d.w * d.c * first, to = column ? d.o * first : d.oh * d.ow * d.o * first;
  const extents = column
    ? { h: count, oh: count, bandRows: Math.min(d.bandRows, count) }
    : { n: count, bandImages: Math.min(d.bandImages, count) };
  return {
    ...extents,
    x: bytesOn(d.x, 4 * from),
    y: bytesOn(d.y, 4 * to),
    addend: bytesOn(d.addend, 4 * to),
  };
}

const again = (lowering: CpuLowering, at: Buffer | BufferByte | undefined): Buffer | undefined =>
  at && lowering.scratch(bufferOf(at)!.bytes);

/** The work buffers of another part. */
const workspace = (lowering: CpuLowering, { band, packed, offsets, transformed }: Descriptor): Partial<Descriptor> => ({
  band: again(lowering, band),
  packed: again(lowering, packed),
  offsets: again(lowering, offsets),
  transformed: again(lowering, transformed),
});

/** A convolution by images or pixels; the statistics of parts are merged in order. */
export function splitConvolution(
  kernel: "convolve" | "convolveTiles",
): (lowering: CpuLowering, d: Descriptor) => boolean {
  return (lowering: CpuLowering, d: Descriptor): boolean => {
    const cut = cutConvolution(d, { most: 16 });
    if (cut.length < 2) return false;
    const pitch = d.statistics ? bufferOf(d.statistics)!.bytes : 0;
    const states = d.statistics && lowering.scratch(pitch * cut.length);
    const statistics = (part: number) => ({
      statistics: bytesOn(states, pitch * part),
      mean: undefined,
      variance: undefined,
    });
    lowering.addParts(
      kernel,
      cut.map((range, part) => ({ ...d, ...rangeOf(d, range), ...workspace(lowering, d), ...statistics(part) })),
    );
    if (!states) return true;
    const pixels = (range: Range): number => d.n === 1 ? range.count : range.count * d.oh * d.ow;
    lowering.add("mergeParts", {
      ...{ pitch, parts: cut.length, channels: d.o, mean: d.mean, variance: d.variance },
      ...{ count: pixels(cut[0]!), lastCount: pixels(cut.at(-1)!) },
      states: bytesOn(states, panelCount(d) * STATISTICS_BLOCK_BYTES),
    });
    return true;
  };
}

/** A weight's gradient by images or pixels: each part's in float32, then their sum. */
export function splitConvolutionWeight(lowering: CpuLowering, d: Descriptor): boolean {
  const cut = cutConvolution(d, { most: 8 });
  if (cut.length < 2) return false;
  const depth = d.kh * d.kw * (d.c / d.groups), count = d.o * depth, sums = lowering.scratch(4 * count * cut.length);
  lowering.addParts(
    "convolutionWeight",
    cut.map((range, part) => ({
      ...d,
      ...rangeOf(d, range),
      ...workspace(lowering, d),
      weight: bytesOn(sums, 4 * count * part),
      statistics: lowering.scratch(8 * PANEL * panelCount(d) * depth),
    })),
  );
  const scratch = lowering.scratch(8 * (count + 3));
  lowering.add("sumRows", { y: d.weight, x: sums, rows: cut.length, channels: count, scratch });
  return true;
}

/** Statistics by rows, merged in order. */
export function splitStatistics(lowering: CpuLowering, values: Values<"channelStatistics">): boolean {
  const { x, rows, channels, mean, variance, scratch } = values, cut = ranges({ count: rows, elements: channels });
  if (cut.length < 2) return false;
  const pitch = bufferOf(scratch)!.bytes, states = lowering.scratch(pitch * cut.length);
  lowering.addParts(
    "channelStatistics",
    cut.map(({ first, count }, part) => ({
      ...{ rows: count, channels, mean: undefined, variance: undefined },
      x: bytesOn(x, 4 * channels * first),
      scratch: bytesOn(states, pitch * part),
    })),
  );
  lowering.add("mergeParts", {
    ...{ pitch, parts: cut.length, channels, mean, variance, count: cut[0]!.count, lastCount: cut.at(-1)!.count },
    states: bytesOn(states, STATISTICS_BLOCK_BYTES),
  });
  return true;
}

/** Sums of rows by rows: each part's in float32, then their sum. What is summed over few rows stays whole. */
export function splitSumRows(lowering: CpuLowering, values: Values<"sumRows">): boolean {
  const { x, y, rows, channels } = values, cut = ranges({ count: rows, elements: channels });
  if (cut.length < 2 || rows < 16 * cut.length) return false;
  const sums = lowering.scratch(4 * channels * cut.length),
    scratch = (): Buffer => lowering.scratch(8 * (channels + 3));
  lowering.addParts(
    "sumRows",
    cut.map(({ first, count }, part) => ({
      ...{ rows: count, channels, scratch: scratch() },
      x: bytesOn(x, 4 * channels * first),
      y: bytesOn(sums, 4 * channels * part),
    })),
  );
  lowering.add("sumRows", { y, x: sums, rows: cut.length, channels, scratch: scratch() });
  return true;
}
