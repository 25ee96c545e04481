/** The gradient of a depthwise convolution's weight. */
import { DEPTHWISE } from "./depthwise.ts";
import { viewText } from "./expressions.ts";
import { each, INVOCATION, type Kernel, type Width, WORKGROUP } from "./kernel.ts";
import { lanesOf } from "./tile.ts";
import { windowFields, windowText } from "./window.ts";

/**
 * Parameters: x, read under its view, the gradient of the output, and y, the gradient of the weight: `[c, kh, kw]` in
 * f32 for each slice of pixels.
 */
export const depthwiseWeightFields = {
  ...windowFields,
  y: "at",
  gradient: "at",
  channels: "u32",
  pixels: "u32",
  tilesAcross: "u32",
  tiles: "u32",
  slicePixels: "u32",
} as const;

/** Columns of a window that an invocation sums at one time. */
const COLUMNS = 4;

/**
 * A workgroup of 256 sums a slice of the pixels for 32 channels, one row of the window at a time. 32 lanes share each
 * quad of channels; their sums are merged in a fixed order. Memory traffic: both tensors once for each row of the
 * window; x also once for each column of a window that holds it, from cache. Width 4 needs channels that are a multiple
 * of four.
 */
export function depthwiseWeightKernel(width: Width): Kernel<typeof depthwiseWeightFields> {
  const { quads, lanes } = lanesOf(DEPTHWISE);
  const add = (j: number): string => `
          if (block + ${j}u < p.kw) {
            let position = positionIn(window, dy, block + ${j}u);
            if (isInside(position)) { sum${j} = fma(source(window, position, channel, view), gradient, sum${j}); }
          }`;
  const merge = (j: number): string => `
      if (block + ${j}u < p.kw) {
        let total = reduced(quadIndex, lane, sum${j});
        if (lane == 0u) {
          for (var at = 0u; at < min(4u, p.channels - min(channel, p.channels)); at++) {
            putVector(part + ((channel + at) * p.kh + dy) * p.kw + block + ${j}u, total[at]);
          }
        }
      }`;
  return {
    fields: depthwiseWeightFields,
    width,
    body: `
const QUADS = ${quads}u;
const LANES = ${lanes}u;
var<workgroup> memory: array<array<vec4<f32>, ${lanes}>, ${quads}>;
${viewText("vec4<f32>")}
${windowText}
fn reduced(quadIndex: u32, lane: u32, value: vec4<f32>) -> vec4<f32> {
  workgroupBarrier();
  memory[quadIndex][lane] = value;
  workgroupBarrier();
  for (var step = LANES / 2u; step > 0u; step >>= 1u) {
    if (lane < step) { memory[quadIndex][lane] += memory[quadIndex][lane + step]; }
    workgroupBarrier();
  }
  return memory[quadIndex][0];
}
@compute @workgroup_size(${WORKGROUP})
fn main(${INVOCATION}) {
  let number = group.y * groups.x + group.x;
  if (number >= p.tiles) { return; }
  let slice = number / p.tilesAcross;
  let quadIndex = local % QUADS;
  let lane = local / QUADS;
  let channel = (number % p.tilesAcross * QUADS + quadIndex) * 4u;
  let start = slice * p.slicePixels;
  let end = select(min(p.pixels, start + p.slicePixels), start, channel >= p.channels);
  let view = channelView(channel);
  let part = p.y + slice * p.channels * p.kh * p.kw;
  for (var dy = 0u; dy < p.kh; dy++) {
    for (var block = 0u; block < p.kw; block += ${COLUMNS}u) {
      ${each(COLUMNS, (j) => `var sum${j} = vec4<f32>(0.0);`)}
      for (var pixel = start + lane; pixel < end; pixel += LANES) {
        let window = place(pixel);
        let gradient = quad(p.gradient + pixel * p.channels + channel);
        ${each(COLUMNS, add)}
      }
      ${each(COLUMNS, merge)}
    }
  }
}`,
  };
}
