/** Depthwise convolutions: each channel is convolved by itself. */
import { convolutionEnd, convolutionFields, convolutionText } from "./convolution.ts";
import { each, type Kernel, type Width, WORKGROUP } from "./kernel.ts";
import { lanesOf, statisticsMemory, type Tile, tileHead, tileText } from "./tile.ts";

/** 4 × 4 sums an invocation, 128 pixels × 32 channels. */
export const DEPTHWISE: Tile = { channels: 32, rows: 4 };

/** Window positions whose weights are in workgroup memory at one time. */
const POSITIONS = 49;

const accumulate = (i: number): string => `
        if (firstPixel + ${i}u * LANES < p.pixels) {
          let position = positionIn(window${i}, dy, dx);
          if (isInside(position)) { sum${i} = fma(source(window${i}, position, channel, view), weight, sum${i}); }
        }`;

/**
 * A depthwise convolution. A workgroup of 256 computes 128 pixels × 32 channels; weights go through workgroup memory,
 * 49 positions at a time. Memory traffic: each value of the activation once for every window that holds it, mostly from
 * cache; the weights once a tile; the output once. Width 4 needs channels that are a multiple of four.
 */
export function depthwiseKernel(width: Width): Kernel<typeof convolutionFields> {
  const { quads } = lanesOf(DEPTHWISE);
  return {
    fields: convolutionFields,
    width,
    body: `
var<workgroup> weights: array<vec4<f32>, ${POSITIONS * quads}>;
${tileText(DEPTHWISE, statisticsMemory(DEPTHWISE))}
${convolutionText}
fn weightOf(channel: u32, position: u32) -> f32 {
  if (channel >= p.channels) { return 0.0; }
  return scalar(p.weight + channel * p.kh * p.kw + position);
}
${tileHead(DEPTHWISE)}
  ${each(DEPTHWISE.rows, (i) => `let window${i} = place(firstPixel + ${i}u * LANES);`)}
  let view = channelView(channel);
  let positions = p.kh * p.kw;
  let tileChannel = (number % p.tilesAcross) * TILE_CHANNELS;
  for (var start = 0u; start < positions; start += ${POSITIONS}u) {
    let count = min(${POSITIONS}u, positions - start);
    workgroupBarrier();
    for (var item = local; item < count * QUADS; item += ${WORKGROUP}u) {
      let quadChannel = tileChannel + item % QUADS * 4u;
      let position = start + item / QUADS;
      weights[item] = vec4<f32>(
        weightOf(quadChannel, position),
        weightOf(quadChannel + 1u, position),
        weightOf(quadChannel + 2u, position),
        weightOf(quadChannel + 3u, position),
      );
    }
    workgroupBarrier();
    if (channelsLeft > 0u) {
      for (var index = 0u; index < count; index++) {
        let dy = (start + index) / p.kw;
        let dx = (start + index) % p.kw;
        let weight = weights[index * QUADS + quadIndex];
        ${each(DEPTHWISE.rows, accumulate)}
      }
    }
  }
${convolutionEnd(DEPTHWISE)}`,
  };
}
