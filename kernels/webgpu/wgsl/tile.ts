/** Tiles: the part of an output, pixels × channels, that a workgroup computes in registers before it writes it. */
import { each, INVOCATION, WORKGROUP } from "./kernel.ts";

/** Extents of a workgroup's tile; an invocation holds `rows` pixels of one quad of channels. */
export interface Tile {
  /** Channels, a multiple of four. */
  readonly channels: number;
  /** Pixels of an invocation. */
  readonly rows: number;
}

/** Quads of channels of a tile, and lanes (invocations) that share the pixels of each quad. */
export function lanesOf({ channels }: Tile): { readonly quads: number; readonly lanes: number } {
  return { quads: channels / 4, lanes: WORKGROUP / (channels / 4) };
}

/** Pixels of a workgroup's tile. */
export function tilePixels(tile: Tile): number {
  return lanesOf(tile).lanes * tile.rows;
}

/** Fields of every kernel that computes tiles. */
export const tileFields = {
  y: "at",
  pixels: "u32",
  channels: "u32",
  groupChannels: "u32",
  tilesAcross: "u32",
  tiles: "u32",
} as const;

/** Where a tile's statistics are written, or `NONE`; see {@link statisticsText}. */
export const statisticsFields = { partials: "at" } as const;

/**
 * Constants of the tile, and `memory`: quads of workgroup memory by row and lane. In loops, kernels index it with a
 * constant row, so that only the lane is a computed index: each computed index costs a bounds check.
 */
export function tileText(tile: Tile, memory: { readonly rows: number; readonly lanes: number }): string {
  const { quads, lanes } = lanesOf(tile);
  return `
const QUADS = ${quads}u;
const LANES = ${lanes}u;
const TILE_PIXELS = ${tilePixels(tile)}u;
const TILE_CHANNELS = ${tile.channels}u;
var<workgroup> memory: array<array<vec4<f32>, ${memory.lanes}>, ${memory.rows}>;`;
}

/** The workgroup memory that statistics take: two quads an invocation. */
export function statisticsMemory(tile: Tile): { readonly rows: number; readonly lanes: number } {
  const { quads, lanes } = lanesOf(tile);
  return { rows: 2 * quads, lanes };
}

/**
 * The groups of a convolution: each takes successive channels of the output; the group's number is the workgroup's z.
 */
const beside = `
  let z = group.z;
  let y = p.y;
  let channel = z * p.groupChannels + within;`;

/**
 * The head of `main`: finds the tile of the workgroup, and sets its sums to zero. Pixel i of an invocation is
 * `firstPixel + i · LANES`. `place` declares the group `z`, the address `y` at which the output begins, and the
 * invocation's first `channel` in it.
 */
export function tileHead(tile: Tile, place: string = beside): string {
  return `
@compute @workgroup_size(${WORKGROUP})
fn main(${INVOCATION}) {
  let number = group.y * groups.x + group.x;
  if (number >= p.tiles) { return; }
  let tile = number / p.tilesAcross;
  let quadIndex = local % QUADS;
  let lane = local / QUADS;
  let within = (number % p.tilesAcross) * TILE_CHANNELS + quadIndex * 4u;
  ${place}
  let channelsLeft = p.groupChannels - min(within, p.groupChannels);
  let tilePixel = tile * TILE_PIXELS;
  let firstPixel = tilePixel + lane;
  ${each(tile.rows, (i) => `var sum${i} = vec4<f32>(0.0);`)}`;
}

/**
 * Repeats a text for each pixel of an invocation, inside a check that the pixel exists; `i` is the number of its
 * register `sum<i>`.
 */
export function eachPixel({ rows }: Tile, text: (i: number, pixel: string) => string): string {
  return each(rows, (i) => {
    const pixel = `(firstPixel + ${i}u * LANES)`;
    return `if (${pixel} < p.pixels) { ${text(i, pixel)} }`;
  });
}

/**
 * Adds up each row of `memory` over its lanes (both halves of `memory` where `halves` is 2), always in the same order.
 */
const reduceLanes = (halves: number): string => `
    workgroupBarrier();
    for (var step = LANES / 2u; step > 0u; step >>= 1u) {
      if (lane < step) {
        memory[quadIndex][lane] += memory[quadIndex][lane + step];
        ${halves === 2 ? "memory[quadIndex + QUADS][lane] += memory[quadIndex + QUADS][lane + step];" : ""}
      }
      workgroupBarrier();
    }`;

/**
 * Writes the mean of each of the tile's channels, and the sum of squared differences from it, to `partials`
 * `[tile][2][channels]`. There are two passes; the second also sums the plain differences, to correct the rounding of
 * the mean.
 */
function statisticsText(tile: Tile): string {
  return `
  if (p.partials != NONE) {
    let count = f32(min(TILE_PIXELS, p.pixels - tilePixel));
    var total = vec4<f32>(0.0);
    ${eachPixel(tile, (i) => `total += sum${i};`)}
    memory[quadIndex][lane] = total;
    ${reduceLanes(1)}
    let mean = memory[quadIndex][0] / count;
    workgroupBarrier();
    total = vec4<f32>(0.0);
    var squares = vec4<f32>(0.0);
    ${eachPixel(tile, (i) => `let d = sum${i} - mean; total += d; squares = fma(d, d, squares);`)}
    memory[quadIndex][lane] = total;
    memory[quadIndex + QUADS][lane] = squares;
    ${reduceLanes(2)}
    if (lane == 0u && channelsLeft > 0u) {
      let at = p.partials + tile * 2u * p.channels + channel;
      let rest = memory[quadIndex][0] / count;
      putVectorQuad(at, channelsLeft, mean + rest);
      putVectorQuad(at + p.channels, channelsLeft, memory[quadIndex + QUADS][0] - rest * memory[quadIndex][0]);
    }
  }`;
}

/**
 * Ends a tile whose invocations hold `sum0 …`. It rounds the sums to the stored type, writes pixel i to pixel
 * `placed(i)`, and takes the statistics of the rounded values. Memory traffic: the tile once, and eight bytes a channel
 * for statistics.
 */
export function tileEnd(tile: Tile, placed: (pixel: string) => string = (pixel) => pixel): string {
  return `
  ${each(tile.rows, (i) => `sum${i} = vec4<f32>(vec4<Element>(sum${i}));`)}
  if (p.y != NONE && channelsLeft > 0u) {
    ${eachPixel(tile, (i, pixel) => `putQuad(y + ${placed(pixel)} * p.channels + channel, channelsLeft, sum${i});`)}
  }
  ${statisticsText(tile)}
}`;
}
