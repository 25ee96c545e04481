/**
 * Convolution of NHWC activations by OHWI weights as an implicit matrix product.
 *
 * Weights are packed once into panels of 8 output channels: 8 biases, then 8 values for every k = (row, column, input
 * channel). The work goes in bands of output pixels whose zero-padded input rows fit half the second-level cache; the
 * copy into the band applies the view (normalisation and activation) of the input, so a normalised tensor never reaches
 * memory. A panel then runs over a band's pixels in tiles of 6 × 8 held in registers (see build/panels.ts), and the
 * tile's channel statistics are taken before it leaves them.
 *
 * Memory traffic: the input once (and the rows that two bands share once more), the output once, the packed weights once
 * a band. Convolutions of kernel 1 and stride 1 without a view read the input in place.
 */
import { applyView, densePanel, depthwisePanel } from "./generated";
import { loadBlock, panel, saveBlock } from "./panel";
import { BLOCK_BYTES, finishStatistics, mergeStatistics } from "./statistics";

/** What the host fills in before a call; addresses are 0 for what is absent. See rows/convolution.ts. */
@unmanaged
class Convolution {
  x: usize;
  y: usize;
  weight: usize;
  bias: usize;
  scale: usize;
  shift: usize;
  activation: i32;
  mean: usize;
  variance: usize;
  n: i32;
  h: i32;
  w: i32;
  c: i32;
  oh: i32;
  ow: i32;
  o: i32;
  kh: i32;
  kw: i32;
  stride: i32;
  padding: i32;
  groups: i32;
  bandImages: i32;
  bandRows: i32;
  partPixels: i32;
  band: usize;
  packed: usize;
  offsets: usize;
  statistics: usize;
}

const DESCRIPTOR: usize = memory.data(128, 64);

/** Where the host writes the description of the next convolution. */
export function convolutionAddress(): usize {
  return DESCRIPTOR;
}

/** One panel of up to 8 output channels: biases, then weights with k outermost; lanes beyond are zero. */
function packPanel(to: usize, weight: usize, depth: i32, bias: usize, channels: i32): void {
  memory.fill(to, 0, <usize> (depth + 1) << 5);
  for (let channel = 0; channel < channels; channel++) {
    let at = to + (channel << 2);
    if (bias) store<f32>(at, load<f32>(bias + (channel << 2)));
    for (let k = 0; k < depth; k++, weight += 4) store<f32>(at += 32, load<f32>(weight));
  }
}

/** Packs all weights, group by group. */
function pack(d: Convolution, depth: i32): void {
  const perGroup = depthwise(d) ? d.o : d.o / d.groups;
  let to = d.packed;
  for (let first = 0; first < d.o; first += perGroup) {
    for (let channel = first; channel < first + perGroup; channel += 8) {
      const channels = min<i32>(8, first + perGroup - channel);
      const bias = d.bias ? d.bias + (channel << 2) : 0;
      packPanel(to, d.weight + (<usize> (channel * depth) << 2), depth, bias, channels);
      to += <usize> (depth + 1) << 5;
    }
  }
}

function depthwise(d: Convolution): bool {
  return d.groups == d.c && d.o == d.c && d.groups > 1;
}

/** Byte offsets of each output pixel's first input value from the start of its band. */
function writeOffsets(d: Convolution): void {
  const rowBytes = <usize> ((d.w + 2 * d.padding) * d.c) << 2, pixelBytes = <usize> (d.stride * d.c) << 2;
  const imageBytes = <usize> ((d.bandRows - 1) * d.stride + d.kh) * rowBytes;
  let to = d.offsets;
  for (let image = 0; image < d.bandImages; image++) {
    for (let row = 0; row < d.bandRows; row++) {
      let offset = <usize> image * imageBytes + <usize> (row * d.stride) * rowBytes;
      for (let column = 0; column < d.ow; column++, offset += pixelBytes, to += 4) store<u32>(to, offset);
    }
  }
}

/** Copies one padded input row into the band. */
function copyRow(d: Convolution, to: usize, from: usize): void {
  const side = <usize> (d.padding * d.c) << 2;
  memory.fill(to, 0, side);
  applyView(d.activation, to + side, from, d.w, d.c, d.scale, d.shift);
  memory.fill(to + side + (<usize> (d.w * d.c) << 2), 0, side);
}

/** Copies the input rows that a band's output rows read. */
function copyBand(d: Convolution, image: i32, images: i32, row: i32, rows: i32): void {
  const first = row * d.stride - d.padding, last = first + (rows - 1) * d.stride + d.kh;
  const fromBytes = <usize> (d.w * d.c) << 2, toBytes = <usize> ((d.w + 2 * d.padding) * d.c) << 2;
  let to = d.band;
  for (let i = image; i < image + images; i++) {
    const x = d.x + <usize> (i * d.h) * fromBytes;
    if (d.padding == 0) {
      applyView(d.activation, to, x + <usize> first * fromBytes, (last - first) * d.w, d.c, d.scale, d.shift);
      to += <usize> (last - first) * toBytes;
      continue;
    }
    for (let r = first; r < last; r++, to += toBytes) {
      if (r < 0 || r >= d.h) memory.fill(to, 0, toBytes);
      else copyRow(d, to, x + <usize> r * fromBytes);
    }
  }
}

/** How the tiles of this convolution walk the band. */
function describePanels(d: Convolution): void {
  const inputs = d.c / d.groups, rowBytes = <usize> ((d.w + 2 * d.padding) * d.c) << 2;
  const perPixel = d.groups > 1 && !depthwise(d);
  panel.rows = d.kh;
  panel.segments = perPixel ? d.kw : 1;
  panel.length = perPixel ? inputs : d.kw * inputs;
  panel.pixelBytes = <usize> d.c << 2;
  const walked = depthwise(d) ? d.kw * d.c : panel.length;
  panel.toSegment = perPixel ? panel.pixelBytes - (<usize> inputs << 2) : 0;
  panel.toRow = rowBytes - (<usize> (perPixel ? d.kw * d.c : walked) << 2);
  panel.yBytes = <usize> d.o << 2;
  panel.counted = d.statistics != 0;
}

/** Pixels of a band that all panels run over before the next ones. */
@unmanaged
class Part {
  offsets: usize;
  band: usize;
  y: usize;
  pixels: i32;
  first: bool;
}

const part = changetype<Part>(memory.data(32, 16));

/** One panel of output channels from \`channel\` on, its input \`input\` channels into each pixel. */
function runPanel(d: Convolution, index: i32, channel: i32, channels: i32, input: i32): void {
  const packed = d.packed + <usize> index * (<usize> (d.kh * d.kw * (d.c / d.groups) + 1) << 5);
  const block = d.statistics + <usize> index * BLOCK_BYTES;
  panel.channels = channels;
  if (panel.counted) loadBlock(block, part.first);
  const base = part.band + (<usize> input << 2), y = part.y + (<usize> channel << 2);
  if (depthwise(d)) depthwisePanel(part.offsets, part.pixels, base, packed, y);
  else densePanel(part.offsets, part.pixels, base, packed, y);
  if (panel.counted) saveBlock(block);
}

/** All panels over a part of a band. */
function runPanels(d: Convolution): void {
  const groups = depthwise(d) ? 1 : d.groups, perGroup = d.o / groups, inputs = d.c / groups;
  let index = 0;
  for (let group = 0; group < groups; group++) {
    for (let first = 0; first < perGroup; first += 8, index++) {
      const input = depthwise(d) ? first : group * inputs;
      runPanel(d, index, group * perGroup + first, min<i32>(8, perGroup - first), input);
    }
  }
}

/** Merges all panels' sums over a band into the state. */
function mergeBand(d: Convolution, pixels: i32, seen: i32): void {
  const perGroup = depthwise(d) ? d.o : d.o / d.groups, state = stateAddress(d);
  let block = d.statistics;
  for (let group = 0; group < d.o; group += perGroup) {
    for (let first = 0; first < perGroup; first += 8, block += BLOCK_BYTES) {
      mergeStatistics(block, min<i32>(8, perGroup - first), pixels, state + (<usize> (group + first) << 4), seen);
    }
  }
}

/** The state of the channels' statistics, after the panels' sums. */
function stateAddress(d: Convolution): usize {
  const groups = depthwise(d) ? 1 : d.groups;
  return d.statistics + <usize> (groups * ((d.o / groups + 7) / 8)) * BLOCK_BYTES;
}

function convolveBand(d: Convolution, image: i32, images: i32, row: i32, rows: i32): void {
  const seen = (image * d.oh + row) * d.ow, pixels = images * rows * d.ow;
  part.band = d.band;
  if (d.band) copyBand(d, image, images, row, rows);
  else part.band = d.x + (<usize> (seen * d.c) << 2);
  for (let pixel = 0; pixel < pixels; pixel += d.partPixels) {
    part.offsets = d.offsets + (<usize> pixel << 2);
    part.y = d.y + (<usize> ((seen + pixel) * d.o) << 2);
    part.pixels = min<i32>(d.partPixels, pixels - pixel);
    part.first = pixel == 0;
    runPanels(d);
  }
  if (panel.counted) mergeBand(d, pixels, seen);
}

/** Runs the convolution that the host described. */
export function convolve(): void {
  const d = changetype<Convolution>(DESCRIPTOR);
  pack(d, d.kh * d.kw * (d.c / d.groups));
  writeOffsets(d);
  describePanels(d);
  if (panel.counted) memory.fill(stateAddress(d), 0, <usize> d.o << 4);
  for (let image = 0; image < d.n; image += d.bandImages) {
    const images = min<i32>(d.bandImages, d.n - image);
    for (let row = 0; row < d.oh; row += d.bandRows) {
      convolveBand(d, image, images, row, min<i32>(d.bandRows, d.oh - row));
    }
  }
  if (panel.counted) finishStatistics(stateAddress(d), d.o, d.n * d.oh * d.ow, d.mean, d.variance);
}
