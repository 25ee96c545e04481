/** What the trees read of a kernel. */
import { type Kernel, kernelKinds } from "./kernel.ts";
import { kernelBytes, lnRooflineMs, type Roofline } from "./roofline.ts";

/** The part of an output that one workgroup computes. */
export interface TileExtents {
  /** Channels. */
  readonly channels: number;
  /** Pixels, over the images of a batch. */
  readonly pixels: number;
}

/** How a device cuts kernels into tiles, and how many of them it computes at one time. */
export interface Tiling {
  /** Tiles of convolutions and linear layers; that which wastes least is taken. */
  readonly product: readonly TileExtents[];
  /** The tile of depthwise convolutions. */
  readonly depthwise: TileExtents;
  /** Tiles at one time. */
  readonly concurrent: number;
}

/** The tiles of this project's WGSL kernels (`kernels/webgpu/wgsl/`), on a GPU of 32 tiles at one time. */
export const webgpuTiling: Tiling = {
  product: [{ channels: 64, pixels: 128 }, { channels: 16, pixels: 256 }],
  depthwise: { channels: 32, pixels: 128 },
  concurrent: 32,
};

/** What a device's kernels are described with. */
export interface FeatureRules {
  /** Bytes of a value. */
  readonly bytesPerValue: number;
  /** How kernels are cut. */
  readonly tiling: Tiling;
}

/** The features, in the order of {@link writeFeatures}. Those from `ln batch` to `stride` bound the domain. */
export const featureNames = [
  "kind",
  "ln batch",
  "ln input channels",
  "ln size",
  "ln output channels",
  "ln pixels",
  "ln products a value",
  "ln multiply-adds",
  "ln bytes read",
  "ln bytes written",
  "ln bytes of weights",
  "ln intensity",
  "window",
  "stride",
  "addends",
  "activation",
  "ln padding of tiles",
  "ln idle share of the last wave",
  "ln tiles",
  "input channels mod 8",
  "input channels mod 32",
  "output channels mod 8",
  "ln groups",
  "ln roofline",
] as const;

const tilesOf = ({ channels, pixels }: TileExtents, size: readonly [channels: number, pixels: number]): number =>
  Math.ceil(size[0] / channels) * Math.ceil(size[1] / pixels);

/** Tiles of a kernel, and by how much they are larger than the output. */
function tileCount(
  kernel: Kernel,
  { product, depthwise }: Tiling,
): { readonly tiles: number; readonly padding: number } {
  const isDepthwise = kernel.kind !== "convolution" && kernel.kind !== "linear",
    groups = isDepthwise ? 1 : kernel.groups;
  const channels = kernel.outputs / groups, pixels = kernel.batch * kernel.outputSize ** 2;
  let best = { tiles: 0, padding: Infinity };
  for (const tile of isDepthwise ? [depthwise] : product) {
    const tiles = tilesOf(tile, [channels, pixels]),
      padding = tiles * tile.channels * tile.pixels / (channels * pixels);
    if (padding < best.padding) best = { tiles: tiles * groups, padding };
  }
  return best;
}

/** Writes the features of a kernel behind `at`, one number each of {@link featureNames}. */
export function writeFeatures(
  target: Float64Array,
  { kernel, at, rules, roofline }: {
    readonly kernel: Kernel;
    readonly at: number;
    readonly rules: FeatureRules;
    readonly roofline: Roofline;
  },
): void {
  const { bytesPerValue, tiling } = rules, { macs, inputs, outputs, window, groups } = kernel;
  const { tiles, padding } = tileCount(kernel, tiling), waves = tiles / tiling.concurrent;
  const values = [
    kernelKinds.indexOf(kernel.kind),
    Math.log(kernel.batch),
    Math.log(inputs),
    Math.log(kernel.size),
    Math.log(outputs),
    Math.log(kernel.batch * kernel.outputSize ** 2),
    Math.log(inputs / groups * window ** 2),
    Math.log(macs + 1),
    Math.log(kernel.readValues * bytesPerValue),
    Math.log(kernel.writtenValues * bytesPerValue),
    Math.log(kernel.weightValues * bytesPerValue + 1),
    Math.log((macs + 1) / kernelBytes(kernel, bytesPerValue)),
    window,
    kernel.stride,
    kernel.addends,
    kernel.activation === "none" ? 0 : 1,
    Math.log(padding),
    Math.log(Math.ceil(waves) / waves),
    Math.log(tiles),
    inputs % 8,
    inputs % 32,
    outputs % 8,
    Math.log(groups),
    lnRooflineMs(roofline, kernel, bytesPerValue),
  ];
  target.set(values, at);
}

/** Features of many kernels, row after row. */
export function featureTable(
  kernels: readonly Kernel[],
  { rules, roofline }: { readonly rules: FeatureRules; readonly roofline: Roofline },
): Float64Array {
  const width = featureNames.length, table = new Float64Array(kernels.length * width);
  kernels.forEach((kernel, row) => writeFeatures(table, { kernel, at: row * width, rules, roofline }));
  return table;
}
