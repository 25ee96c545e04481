/** The epilogue of a layer: what it computes after its sums and before it writes them to memory. */
import { each } from "./kernel.ts";
import { eachPixel, type Tile } from "./tile.ts";

/**
 * Parameters of an epilogue: a bias, a normalisation, an addend (a tensor under a view), and an activation. Each of
 * them may be absent.
 */
export const epilogueFields = {
  bias: "at",
  outScale: "at",
  outShift: "at",
  outActivation: "u32",
  addend: "at",
  addendScale: "at",
  addendShift: "at",
  addendActivation: "u32",
} as const;

/**
 * `activation((sum + bias) · scale + shift + view(addend))` of every sum of a tile. Needs `viewText`; comes before
 * `tileEnd`. The addend may be the buffer that the tile is written to. Memory traffic: the addend's tile once.
 */
export function epilogueText(tile: Tile): string {
  const { rows } = tile,
    added = (i: number, pixel: string): string =>
      `sum${i} += viewed(quad(p.addend + ${pixel} * p.channels + channel), view);`;
  return `
  if (channelsLeft > 0u) {
    if (p.bias != NONE) {
      let bias = vectorQuad(p.bias + channel);
      ${each(rows, (i) => `sum${i} += bias;`)}
    }
    if (p.outScale != NONE) {
      let scale = vectorQuad(p.outScale + channel);
      let shift = vectorQuad(p.outShift + channel);
      ${each(rows, (i) => `sum${i} = fma(sum${i}, scale, shift);`)}
    }
    if (p.addend != NONE) {
      let view = viewAt(p.addendScale, p.addendShift, p.addendActivation, channel);
      ${eachPixel(tile, added)}
    }
    if (p.outActivation != 0u) {
      ${each(rows, (i) => `sum${i} = activate(p.outActivation, sum${i});`)}
    }
  }`;
}
