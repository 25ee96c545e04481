/** Tiles: pixels × channels of an output, kept in registers until they are whole. */
import { each, INVOCATION, WORKGROUP } from "./kernel.ts";

/** Extents of a workgroup's tile; an invocation has `rows` pixels of one quad of channels. */
export interface Tile {
  /** Channels, a multiple of four. */
  readonly channels: number;
  /** Pixels of an invocation. */
  readonly rows: number;
}

/** Quads of channels, and lanes that share the pixels of each. */
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

/** Where a tile's statistics go, where anybody asks for them; see {@link statisticsText}. */
export const statisticsFields = { partials: "at" } as const;

/**
 * Constants of the tile, and `memory`: quads of workgroup memory by row and lane. Only the lane is computed where kernels
 * index it in their loops, because every computed index costs a check of its bounds.
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

/** Groups are channels beside each other, numbered along z. */
const beside = `
  let z = group.z;
  let y = p.y;
  let channel = z * p.groupChannels + within;`;

/**
 * Places `main` in its tile and clears its sums. Pixel i of an invocation is `firstPixel + i · LANES`. `place` gives the
 * group `z`, where the output begins (`y`), and the invocation's first `channel` in it.
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

/** Calls back for each pixel of an invocation that there is, by its place in the tile's registers. */
export function eachPixel({ rows }: Tile, text: (i: number, pixel: string) => string): string {
  return each(rows, (i) => {
    const pixel = `(firstPixel + ${i}u * LANES)`;
    return `if (${pixel} < p.pixels) { ${text(i, pixel)} }`;
  });
}

/** Adds up rows of `memory` (and of its second half) over the lanes of each quad, always in the same order. */
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
 * Mean and sum of squared differences of the tile's channels, two-pass, to `partials` `[tile][2][channels]`. The second
 * pass also sums plain differences, which corrects the mean's rounding.
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
 * Ends a tile whose invocations hold `sum0 …`: writes it, each pixel where `placed` says, and takes its statistics as they
 * are stored. Memory traffic: the tile once, and eight bytes a channel for statistics.
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
