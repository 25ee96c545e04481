/**
 * Matrix products: rows of a left side, fetched by quads of products, by columns of a right side. What the sides are is
 * up to the operands; most are never written but gathered from tensors.
 *
 * A workgroup of 256 computes a tile. Steps of `depth` products go through workgroup memory; the next step's values are
 * loaded into registers while this one's are multiplied. Memory traffic: the left side once for each tile across, the
 * right side once for each tile down, the output once.
 */
import { each, WORKGROUP } from "./kernel.ts";
import { lanesOf, type Tile, tileEnd, tileHead, tilePixels, tileText } from "./tile.ts";

/** A tile, and the products that one step takes. */
export interface ProductTile extends Tile {
  /** A multiple of four. */
  readonly depth: number;
}

/** Left sides fill the tile's workgroup memory: pixels · depth is 2,048. Many channels: 8 × 4 sums an invocation, 128 × 64. */
export const WIDE: ProductTile = { channels: 64, rows: 8, depth: 16 };
/** Few channels: 4 × 4 sums an invocation, 256 × 16. */
export const NARROW: ProductTile = { channels: 16, rows: 4, depth: 8 };

/** WGSL of both sides. `k` is the first product of a quad, `z` the group; nothing is asked for from `products` on. */
export interface ProductOperands {
  /** Functions and constants of the module. */
  readonly text: string;
  /** Where the tile is; see `tileHead`. */
  readonly place?: string;
  /** Declares `products`, where they end, and `start`, where they begin. */
  readonly range: string;
  /** Once for each row that an invocation fetches: `pixel<i>` is its number. */
  readonly row: (i: number) => string;
  /** Before the first step. */
  readonly setup: string;
  /** Sets `a<i>`, a quad of products of row `pixel<i>`. */
  readonly left: (i: number) => string;
  /** Sets `b0` … `b3`, a quad of products of each of the columns from `column` on. */
  readonly right: string;
  /** After each step. */
  readonly advance: string;
  /** What becomes of the sums before they are written; see `epilogueText`. */
  readonly epilogue?: (tile: Tile) => string;
}

/** A step's products: `rows` left quads by four right quads, for each quad of the depth. */
function multiply({ rows, depth }: ProductTile): string {
  return each(depth / 4, (q) => `
      {
        ${each(4, (j) => `let r${j} = right[${q * 4 + j}u * QUADS + quadIndex];`)}
        ${
    each(rows, (i) => `
        let l${i} = memory[(${i}u * LANES + lane) * STEP_QUADS + ${q}u];
        ${each(4, (j) => `sum${i} = fma(vec4<f32>(l${i}.${"xyzw"[j]}), r${j}, sum${i});`)}`)
  }
      }`);
}

/** Columns are stored across, so that a quad of right sides is four columns of one product. */
const storeRight = each(4, (j) => {
  const across = [0, 1, 2, 3].map((from) => `b${from}.${"xyzw"[j]}`).join(", ");
  return `right[(loadQuad * 4u + ${j}u) * QUADS + loadRow] = vec4<f32>(${across});`;
});

function stepsText(tile: ProductTile, { range, row, setup, left, right, advance }: ProductOperands): string {
  const stepQuads = tile.depth / 4, loads = tilePixels(tile) * stepQuads / WORKGROUP, down = WORKGROUP / stepQuads;
  return `
  let loadQuad = local % STEP_QUADS;
  let loadRow = local / STEP_QUADS;
  let loadsRight = loadRow < QUADS;
  let column = (number % p.tilesAcross) * TILE_CHANNELS + loadRow * 4u;
  ${range}
  ${each(loads, (i) => `let pixel${i} = tilePixel + loadRow + ${i * down}u;\n${row(i)}`)}
  var k = start + loadQuad * 4u;
  ${setup}
  let steps = (products - start + STEP - 1u) / STEP;
  for (var step = 0u; step <= steps; step++) {
    let inside = k < products;
    ${
    each(loads, (i) => `
    var a${i} = vec4<f32>(0.0);
    if (inside && pixel${i} < p.pixels) {
      ${left(i)}
    }`)
  }
    var b0 = vec4<f32>(0.0);
    var b1 = b0;
    var b2 = b0;
    var b3 = b0;
    if (inside && loadsRight) {
      ${right}
    }
    if (step > 0u) {${multiply(tile)}
    }
    workgroupBarrier();
    ${each(loads, (i) => `memory[(loadRow + ${i * down}u) * STEP_QUADS + loadQuad] = a${i};`)}
    if (loadsRight) {
      ${storeRight}
    }
    workgroupBarrier();
    k += STEP;
    ${advance}
  }`;
}

/** The whole module of a product. */
export function productText(tile: ProductTile, operands: ProductOperands): string {
  return `
const STEP = ${tile.depth}u;
const STEP_QUADS = ${tile.depth / 4}u;
var<workgroup> right: array<vec4<f32>, ${tile.depth * lanesOf(tile).quads}>;
${tileText(tile)}
${operands.text}
${tileHead(tile, operands.place)}
${stepsText(tile, operands)}
${operands.epilogue?.(tile) ?? ""}
${tileEnd(tile)}`;
}
