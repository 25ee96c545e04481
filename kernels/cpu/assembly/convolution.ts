/**
 * Convolution of NHWC activations by OHWI weights as an implicit matrix product.
 *
 * Weights are packed once into panels of 8 output channels. The output is computed in bands of pixels whose zero-padded
 * input rows fit a quarter of the second-level cache. The copy into the band applies the view (normalisation and
 * activation) of the input, so a normalised tensor is never written to memory. Each panel then runs over the band's
 * pixels in tiles of 6 pixels × 8 channels held in registers (see build/panels.ts), and the tile's channel statistics
 * are taken from the registers.
 *
 * Memory traffic: the input once (and the rows that two bands share once more), the output once, the packed weights
 * once a band. Convolutions of kernel 1 and stride 1 without a view read the input in place. Bands begin at the end of
 * the input that was written last, because the third-level cache may still hold a part of it.
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
  writeOffsets,
} from "./band";
import { Convolution, describedConvolution, isDepthwise, panelGroup } from "./descriptor";
import { applySlice, applyView, densePanel, depthwisePanel } from "./generated";
import { packWeights, panelBytes } from "./packing";
import { loadBlock, panel, saveBlock, SCALES, SHIFTS } from "./panel";
import { BLOCK_BYTES, finishStatistics, mergeStatistics } from "./statistics";

/** A part: some pixels of a band. All panels run over these pixels before the next part is taken. */
@unmanaged
class Part {
  offsets: usize;
  input: usize;
  y: usize;
  pixels: i32;
  first: bool;
}

const part = changetype<Part>(memory.data(32, 16));

/** Describes to the tile kernels how they step through the band in this convolution. */
function describePanels(d: Convolution): void {
  const inputs = d.c / d.groups, pixelBytes = bandPixelBytes(d);
  const perPixel = d.groups > 1 && !isDepthwise(d);
  panel.rows = d.kh;
  panel.segments = perPixel ? d.kw : 1;
  panel.length = perPixel ? inputs : d.kw * inputs;
  panel.pixelBytes = pixelBytes;
  panel.toSegment = perPixel ? pixelBytes - (<usize> inputs << 2) : 0;
  panel.toRow = bandRowBytes(d) - <usize> d.kw * pixelBytes;
  panel.yBytes = <usize> d.o << 2;
  panel.counted = d.statistics != 0;
  panel.finishes = d.finishes;
  panel.adds = d.addend != 0;
  panel.toAddend = d.addend - d.y;
  panel.relu = d.finish == RELU;
}

/** The numbers of activations in the host's list of views. */
const NONE = 0, RELU = 1;

/** Loads the normalisation of the panel's channels; without one, a scale and a shift that change nothing. */
function loadFinish(d: Convolution, channel: i32): void {
  for (let at: usize = 0; at < 32; at += 16) {
    const from = (<usize> channel << 2) + at;
    v128.store(SCALES + at, d.finishScale ? v128.load(d.finishScale + from) : f32x4.splat(1));
    v128.store(SHIFTS + at, d.finishScale ? v128.load(d.finishShift + from) : f32x4.splat(-0.0));
  }
}

/** Applies the activations that tiles do not to the part's output, which is in a cache. */
function finishPart(d: Convolution): void {
  if (d.finish == NONE || d.finish == RELU) return;
  if (!isDepthwise(d)) return applyView(d.finish, part.y, part.y, part.pixels, d.o, 0, 0);
  const y = part.y + (<usize> band.channel << 2);
  for (let channel = 0; channel < band.channels; channel += 16) {
    const at = y + (<usize> channel << 2), channels = min<i32>(16, band.channels - channel);
    applySlice(d.finish, at, panel.yBytes, at, panel.yBytes, part.pixels, channels, 0, 0);
  }
}

/** How many panels the output channels of one group take. */
export function panelsPerGroup(d: Convolution): i32 {
  return (panelGroup(d) + 7) / 8;
}

/**
 * The address of the channels' running statistics (mean and sum of squares), which is behind the sums of the panels.
 */
function stateAddress(d: Convolution): usize {
  return d.statistics + <usize> (d.o / panelGroup(d) * panelsPerGroup(d)) * BLOCK_BYTES;
}

/** The index of the panel of an output channel. */
export function panelOf(d: Convolution, channel: i32): i32 {
  const perGroup = panelGroup(d);
  return channel / perGroup * panelsPerGroup(d) + channel % perGroup / 8;
}

/** How many output channels the panel that begins with this one has. */
export function panelChannels(d: Convolution, channel: i32): i32 {
  const perGroup = panelGroup(d);
  return min<i32>(8, perGroup - channel % perGroup);
}

/** Runs the panel that begins with output channel `channel` over a part of a band. */
function runPanel(d: Convolution, channel: i32): void {
  const index = <usize> panelOf(d, channel), block = d.statistics + index * BLOCK_BYTES;
  const packed = d.packed + index * panelBytes(d), y = part.y + (<usize> channel << 2);
  panel.channels = panelChannels(d, channel);
  if (panel.finishes) loadFinish(d, channel);
  if (panel.counted) loadBlock(block, part.first);
  if (isDepthwise(d)) {
    const input = part.input + (<usize> (channel - band.channel) << 2);
    depthwisePanel(part.offsets, part.pixels, input, packed, y);
  } else {
    const input = part.input + (<usize> (channel / panelGroup(d) * (d.c / d.groups)) << 2);
    densePanel(part.offsets, part.pixels, input, packed, y);
  }
  if (panel.counted) saveBlock(block);
}

/** The end of the output channels that the band's input channels contribute to: those of its slice, or all. */
export function lastChannel(d: Convolution): i32 {
  return isDepthwise(d) ? band.channel + band.channels : d.o;
}

/** Merges the sums that the panels took over the band into the channels' running statistics. */
function mergeBand(d: Convolution, pixels: i32, seen: i32): void {
  for (let channel = band.channel; channel < lastChannel(d); channel += panelChannels(d, channel)) {
    const block = d.statistics + <usize> panelOf(d, channel) * BLOCK_BYTES;
    mergeStatistics(block, panelChannels(d, channel), pixels, stateAddress(d) + (<usize> channel << 4), seen);
  }
}

/** Computes the band, part by part; `seen` is the number of pixels in the bands before it. */
function convolveBand(d: Convolution, seen: i32): void {
  const first = firstPixel(d), pixels = bandPixels(d);
  part.input = bandInput(d);
  for (let pixel = 0; pixel < pixels; pixel += d.partPixels) {
    part.offsets = d.offsets + (<usize> pixel << 2);
    part.y = d.y + (<usize> ((first + pixel) * d.o) << 2);
    part.pixels = min<i32>(d.partPixels, pixels - pixel);
    part.first = pixel == 0;
    for (let channel = band.channel; channel < lastChannel(d); channel += panelChannels(d, channel)) {
      runPanel(d, channel);
    }
    finishPart(d);
  }
  if (panel.counted) mergeBand(d, pixels, seen);
}

/** All bands of a slice of channels. */
function convolveSlice(d: Convolution, channel: i32): void {
  moveSlice(d, channel);
  let seen = 0;
  for (let step = 0; step < bandCount(d); step++) {
    moveBand(d, step);
    convolveBand(d, seen);
    seen += bandPixels(d);
  }
}

/** Runs the convolution that the host described. */
export function convolve(): void {
  const d = describedConvolution();
  packWeights(d);
  writeOffsets(d);
  describePanels(d);
  if (panel.counted) memory.fill(stateAddress(d), 0, <usize> d.o << 4);
  for (let channel = 0; channel < d.c; channel += d.sliceChannels) convolveSlice(d, channel);
  if (panel.counted) finishStatistics(stateAddress(d), d.o, d.n * d.oh * d.ow, d.mean, d.variance);
}
