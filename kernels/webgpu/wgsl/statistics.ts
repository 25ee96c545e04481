/** Mean and variance per channel, and the scale and shift that a normalisation computes from them. */
import { type Kernel, MAIN, type Width } from "./kernel.ts";
import {
  eachPixel,
  statisticsFields,
  statisticsMemory,
  type Tile,
  tileEnd,
  tileFields,
  tileHead,
  tileText,
} from "./tile.ts";

/** 8 × 4 values an invocation, 128 pixels × 64 channels. */
export const STATISTICS: Tile = { channels: 64, rows: 8 };

/**
 * The statistics of a tensor for which no convolution has computed them. The tiles are those of a convolution, but
 * loaded instead of computed, and not written. Memory traffic: the tensor once, eight bytes a channel and tile.
 */
export function tileStatisticsKernel(width: Width): Kernel<typeof tileStatisticsFields> {
  return {
    fields: tileStatisticsFields,
    width,
    body: `
${tileText(STATISTICS, statisticsMemory(STATISTICS))}
${tileHead(STATISTICS)}
  if (channelsLeft > 0u) {
    ${eachPixel(STATISTICS, (i, pixel) => `sum${i} = quad(p.x + ${pixel} * p.channels + channel);`)}
  }
${tileEnd(STATISTICS)}`,
  };
}

/** The parameters of a tile, and the tensor x; `y` is `NONE`, as nothing is written. */
export const tileStatisticsFields = { ...tileFields, ...statisticsFields, x: "at" } as const;

/**
 * Parameters of a normalisation, which becomes one multiply-add by a scale and a shift per channel. A weight or bias
 * that is one number for all channels is a parameter (`weightValue`, `biasValue`), else a vector.
 */
export const normalizationFields = {
  weight: "at",
  bias: "at",
  scale: "at",
  shift: "at",
  weightValue: "f32",
  biasValue: "f32",
  epsilon: "f32",
} as const;

/**
 * `fn putNormalization(channel, mean, variance)`: scale = weight / √(variance + epsilon), shift = bias − mean · scale.
 */
const normalizationText = `
fn putNormalization(channel: u32, mean: f32, variance: f32) {
  var weight = p.weightValue;
  var bias = p.biasValue;
  if (p.weight != NONE) { weight = vectors[p.weight + channel]; }
  if (p.bias != NONE) { bias = vectors[p.bias + channel]; }
  let scale = weight / sqrt(variance + p.epsilon);
  vectors[p.scale + channel] = scale;
  vectors[p.shift + channel] = fma(-mean, scale, bias);
}`;

/** Channels of a workgroup of {@link mergeStatistics}; each is shared by 16 lanes. */
export const MERGE_CHANNELS = 16;

/**
 * Statistics of a tensor from those of its tiles (Chan, Golub and LeVeque, 1983), in two passes, the first about the
 * mean of the first tile. A workgroup of 256 takes 16 channels, with 16 lanes for each; sums are in the same order on
 * every run. Rounding may put the sum of squares slightly below zero; `abs` makes it positive and, unlike `max`, keeps
 * a NaN. Where `scale` is given, the scale and shift of the normalisation are computed too. Memory traffic: eight bytes
 * a channel and tile, twice.
 */
export const mergeStatistics = {
  fields: {
    partials: "at",
    mean: "at",
    variance: "at",
    tiles: "u32",
    tilePixels: "u32",
    pixels: "u32",
    channels: "u32",
    ...normalizationFields,
  },
  width: 1,
  body: `
${normalizationText}
const CHANNELS = ${MERGE_CHANNELS}u;
var<workgroup> memory: array<vec2<f32>, 256>;
fn reduced(local: u32, value: vec2<f32>) -> vec2<f32> {
  workgroupBarrier();
  memory[local] = value;
  workgroupBarrier();
  for (var step = 128u; step >= CHANNELS; step >>= 1u) {
    if (local < step) { memory[local] += memory[local + step]; }
    workgroupBarrier();
  }
  return memory[local % CHANNELS];
}
@compute @workgroup_size(256)
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let channel = group.x * CHANNELS + local % CHANNELS;
  let at = p.partials + min(channel, p.channels - 1u);
  let pivot = vectors[at];
  let count = f32(p.pixels);
  var shifted = vec2<f32>(0.0);
  for (var tile = local / CHANNELS; tile < p.tiles; tile += 16u) {
    let weight = f32(min(p.tilePixels, p.pixels - tile * p.tilePixels));
    shifted.x += (vectors[at + 2u * tile * p.channels] - pivot) * weight;
  }
  let mean = pivot + reduced(local, shifted).x / count;
  var squares = vec2<f32>(0.0);
  for (var tile = local / CHANNELS; tile < p.tiles; tile += 16u) {
    let weight = f32(min(p.tilePixels, p.pixels - tile * p.tilePixels));
    let source = at + 2u * tile * p.channels;
    let d = vectors[source] - mean;
    squares += vec2<f32>(weight * d, fma(weight * d, d, vectors[source + p.channels]));
  }
  let total = reduced(local, squares);
  if (local < CHANNELS && channel < p.channels) {
    let exact = mean + total.x / count;
    let variance = abs(total.y) / count;
    if (p.mean != NONE) { vectors[p.mean + channel] = exact; }
    if (p.variance != NONE) { vectors[p.variance + channel] = variance; }
    if (p.scale != NONE) { putNormalization(channel, exact, variance); }
  }
}`,
} as const satisfies Kernel;

/** The scale and shift of a normalisation whose statistics are already in memory. Memory traffic: six vectors. */
export const normalizationVectors = {
  fields: { mean: "at", variance: "at", ...normalizationFields, channels: "u32" },
  width: 1,
  body: `
${normalizationText}
${MAIN}
  if (index < p.channels) { putNormalization(index, vectors[p.mean + index], vectors[p.variance + index]); }
}`,
} as const satisfies Kernel;
