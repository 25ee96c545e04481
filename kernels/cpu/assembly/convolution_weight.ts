/**
 * The gradient of a convolution's weight: for every weight, the sum over all output pixels of the input value that it
 * multiplies times the output's gradient.
 *
 * The output is taken in bands of pixels as in the convolution itself, from a padded copy of the input rows to which
 * the view is applied. A band's gradient is copied into panels of 8 output channels, unless only few tiles read it.
 * Tiles of 6 weights × 8 channels then run over the band's pixels in registers (see build/outer_products.ts). Their
 * sums are added to sums `[panel][k][8]` in float64, where k is the index of a weight within its output channel; the
 * weight `[o][k]` is written from them at the end. So only the sum over one band is taken in float32.
 *
 * The descriptor's fields mean: y, the output's gradient; weight, where the result is written; packed, the gradient's
 * panels; offsets, the input offset of every k; statistics, the sums.
 */
import {
  band,
  bandCount,
  bandInput,
  bandPixelBytes,
  bandPixels,
  bandRowBytes,
  firstPixel,
  moveBand,
  moveSlice,
} from "./band";
import { lastChannel, panelChannels, panelOf, panelsPerGroup } from "./convolution";
import { Convolution, describedConvolution, isDepthwise, panelGroup } from "./descriptor";
import { densePackedProducts, denseSpreadProducts, depthwisePackedProducts } from "./generated";
import { walk } from "./walk";

/**
 * With at most this many weights per output channel, tiles read the gradient in place: too few tiles read it to make up
 * for the copy into panels.
 */
const SPREAD_WEIGHTS: i32 = 24;

/** Weights of one output channel. */
function depth(d: Convolution): i32 {
  return d.kh * d.kw * (d.c / d.groups);
}

/** The address of the sums of the panel that begins with output channel `channel`. */
function sumsAddress(d: Convolution, channel: i32): usize {
  return d.statistics + (<usize> (panelOf(d, channel) * depth(d)) << 6);
}

/**
 * For every k, writes the byte offset of the input value that it multiplies from the first value of a pixel's window.
 */
function writeOffsets(d: Convolution): void {
  const inputs = d.c / d.groups;
  let to = d.offsets;
  for (let row = 0; row < d.kh; row++) {
    for (let column = 0; column < d.kw; column++) {
      const first = <usize> row * bandRowBytes(d) + <usize> column * bandPixelBytes(d);
      for (let k = 0; k < inputs; k++, to += 4) store<u32>(to, first + (<usize> k << 2));
    }
  }
}

/**
 * Describes how tiles step through the pixels of the band. Rows and images that are contiguous are merged into one long
 * row.
 */
function describeWalk(d: Convolution): void {
  const stepBytes = <usize> d.stride * bandPixelBytes(d), rowBytes = bandRowBytes(d);
  walk.images = band.images;
  walk.rows = band.rows;
  walk.columns = d.ow;
  walk.pitch = <usize> d.o << 2;
  walk.step = stepBytes;
  walk.toRow = <usize> d.stride * rowBytes - <usize> d.ow * stepBytes;
  walk.toImage = (<usize> ((band.rows - 1) * d.stride + d.kh) - <usize> (band.rows * d.stride)) * rowBytes;
  if (walk.toRow != 0 || walk.toImage != 0) return;
  walk.columns *= band.images * band.rows;
  walk.rows = 1;
  walk.images = 1;
}

/**
 * Copies eight channels of some pixels of the gradient. Where fewer than eight are left, the further lanes hold other
 * values; their sums are never read.
 */
function copyPanel(to: usize, from: usize, pixels: i32, pixelBytes: usize): void {
  for (let pixel = 0; pixel < pixels; pixel++, to += 32, from += pixelBytes) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
  }
}

/**
 * Adds the band to the sums of the panel that begins with output channel `channel`; `gradient` is the address of the
 * band's first gradient value in that channel.
 */
function addPanel(d: Convolution, channel: i32, input: usize, gradient: usize): void {
  const sums = sumsAddress(d, channel), weights = depth(d), first = channel / panelGroup(d) * (d.c / d.groups);
  if (!isDepthwise(d) && weights <= SPREAD_WEIGHTS) {
    denseSpreadProducts(d.offsets, weights, input + (<usize> first << 2), gradient, sums);
    return;
  }
  copyPanel(d.packed, gradient, bandPixels(d), <usize> d.o << 2);
  if (isDepthwise(d)) {
    depthwisePackedProducts(d.offsets, weights, input + (<usize> (channel - band.channel) << 2), d.packed, sums);
  } else {
    densePackedProducts(d.offsets, weights, input + (<usize> first << 2), d.packed, sums);
  }
}

/** Adds the band to the sums of every panel whose channels read it. */
function addBand(d: Convolution): void {
  const gradient = d.y + (<usize> (firstPixel(d) * d.o) << 2), input = bandInput(d);
  describeWalk(d);
  for (let channel = band.channel; channel < lastChannel(d); channel += panelChannels(d, channel)) {
    addPanel(d, channel, input, gradient + (<usize> channel << 2));
  }
}

/** Adds all bands of a slice of channels. */
function addSlice(d: Convolution, channel: i32): void {
  moveSlice(d, channel);
  for (let step = 0; step < bandCount(d); step++) {
    moveBand(d, step);
    addBand(d);
  }
}

/** Writes one panel's weights from its sums. */
function writePanel(d: Convolution, channel: i32): void {
  const sums = sumsAddress(d, channel), weights = depth(d);
  let to = d.weight + (<usize> (channel * weights) << 2);
  for (let lane = 0; lane < panelChannels(d, channel); lane++) {
    let from = sums + (lane << 3);
    for (let k = 0; k < weights; k++, to += 4, from += 64) store<f32>(to, <f32> load<f64>(from));
  }
}

/** Computes the weight's gradient for the convolution that the host described. */
export function convolutionWeight(): void {
  const d = describedConvolution(), panels = d.o / panelGroup(d) * panelsPerGroup(d);
  memory.fill(d.statistics, 0, <usize> (panels * depth(d)) << 6);
  writeOffsets(d);
  for (let channel = 0; channel < d.c; channel += d.sliceChannels) addSlice(d, channel);
  for (let channel = 0; channel < d.o; channel += panelChannels(d, channel)) writePanel(d, channel);
}
