/** Tiles: pixels × channels of an output, kept in registers until they are whole. */
import { each, WORKGROUP } from "./kernel.ts";

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

/** Fields of every kernel that ends a tile. */
export const tileFields = {
  y: "at",
  partials: "at",
  pixels: "u32",
  channels: "u32",
  groupChannels: "u32",
  tilesAcross: "u32",
  tiles: "u32",
} as const;

/** Constants of the tile, and two quads of workgroup memory an invocation. */
export function tileText(tile: Tile): string {
  const { quads, lanes } = lanesOf(tile);
  return `
const QUADS = ${quads}u;
const LANES = ${lanes}u;
const TILE_PIXELS = ${tilePixels(tile)}u;
const TILE_CHANNELS = ${tile.channels}u;
var<workgroup> memory: array<vec4<f32>, ${2 * WORKGROUP}>;`;
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
fn main(
  @builtin(workgroup_id) group: vec3<u32>,
  @builtin(num_workgroups) groups: vec3<u32>,
  @builtin(local_invocation_index) local: u32,
) {
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

/** Adds up `memory` (and, beside them, the second half) over the lanes of each quad, always in the same order. */
const reduceLanes = (halves: number): string => `
    workgroupBarrier();
    for (var step = LANES / 2u; step > 0u; step >>= 1u) {
      if (lane < step) {
        memory[local] += memory[local + step * QUADS];
        ${halves === 2 ? `memory[local + ${WORKGROUP}u] += memory[local + ${WORKGROUP}u + step * QUADS];` : ""}
      }
      workgroupBarrier();
    }`;

/**
 * Mean and sum of squared differences of the tile's channels, two-pass, to `partials` `[tile][2][channels]`. The second
 * pass also sums plain differences, which corrects the mean's rounding.
 */
function statisticsText({ rows }: Tile): string {
  const valid = (i: number): string => `firstPixel + ${i}u * LANES < p.pixels`;
  return `
  if (p.partials != NONE) {
    let count = f32(min(TILE_PIXELS, p.pixels - tilePixel));
    var total = vec4<f32>(0.0);
    ${each(rows, (i) => `if (${valid(i)}) { total += sum${i}; }`)}
    memory[local] = total;
    ${reduceLanes(1)}
    let mean = memory[quadIndex] / count;
    workgroupBarrier();
    total = vec4<f32>(0.0);
    var squares = vec4<f32>(0.0);
    ${each(rows, (i) => `if (${valid(i)}) { let d = sum${i} - mean; total += d; squares = fma(d, d, squares); }`)}
    memory[local] = total;
    memory[local + ${WORKGROUP}u] = squares;
    ${reduceLanes(2)}
    if (lane == 0u && channelsLeft > 0u) {
      let at = p.partials + tile * 2u * p.channels + channel;
      let rest = memory[local] / count;
      putVectorQuad(at, channelsLeft, mean + rest);
      putVectorQuad(at + p.channels, channelsLeft, memory[local + ${WORKGROUP}u] - rest * memory[local]);
    }
  }`;
}

/**
 * Ends a tile whose invocations hold `sum0 …`: writes it, and takes its statistics as they are stored.
 * Memory traffic: the tile once, and eight bytes a channel for statistics.
 */
export function tileEnd(tile: Tile): string {
  return `
  ${each(tile.rows, (i) => `sum${i} = vec4<f32>(vec4<Element>(sum${i}));`)}
  if (p.y != NONE && channelsLeft > 0u) {
    ${
    each(tile.rows, (i) => `
    if (firstPixel + ${i}u * LANES < p.pixels) {
      putQuad(y + (firstPixel + ${i}u * LANES) * p.channels + channel, channelsLeft, sum${i});
    }`)
  }
  }
  ${statisticsText(tile)}
}`;
}
