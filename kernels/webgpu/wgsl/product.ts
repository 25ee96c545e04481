/**
 * Matrix products: rows of a left matrix by columns of a right matrix. The operands say where the values of both come
 * from; most of these matrices are never written to memory but gathered from tensors.
 *
 * A workgroup of 256 computes one tile of the output. Products are taken in steps of `depth`, whose values go through
 * workgroup memory; the next step's values are loaded into registers while this step's are multiplied. Memory traffic:
 * the left side once for each tile across, the right side once for each tile down, the output once.
 */
import { each, WORKGROUP } from "./kernel.ts";
import { lanesOf, type Tile, tileHead, tilePixels, tileText } from "./tile.ts";

/** A tile, and how many products one step takes. */
export interface ProductTile extends Tile {
  /** A multiple of four. */
  readonly depth: number;
}

/**
 * For many channels: 8 × 4 sums an invocation, 128 pixels × 64 channels; 13.5 KiB of workgroup memory. In this tile and
 * in {@link NARROW} pixels × depth is 2,048, so that the left side takes exactly the workgroup memory that statistics
 * need later.
 */
export const WIDE: ProductTile = { channels: 64, rows: 8, depth: 16 };
/** For few channels: 4 × 4 sums an invocation, 256 pixels × 16 channels; 9.3 KiB. */
export const NARROW: ProductTile = { channels: 16, rows: 4, depth: 8 };

/** How invocations copy one matrix from storage to workgroup memory, as WGSL. */
export interface Side {
  /** Before the first step: declares which rows or columns the invocation loads. */
  readonly setup: string;
  /**
   * Loads quads of a step into registers. `k` is the first of their four products; products from `products` on are
   * zero.
   */
  readonly load: string;
  /** Stores these registers in workgroup memory. */
  readonly store: string;
}

/** The WGSL of a product: both matrices, and what is done around the steps. */
export interface ProductOperands {
  /** Functions and constants of the module. */
  readonly text: string;
  /** The position of the tile in the output; see `tileHead`. */
  readonly place?: string;
  /** Declares `start`, the first product, and `products`, the one after the last. */
  readonly range: string;
  readonly left: Side;
  readonly right: Side;
  /** Before the first step. */
  readonly setup: string;
  /** Before a step's values are loaded. */
  readonly prepare?: string;
  /** After each step. */
  readonly advance: string;
  /** What is done with the sums; ends `main`. */
  readonly end: string;
}

const stepQuads = ({ depth }: ProductTile): number => depth / 4;

/**
 * The place of a quad in workgroup memory: `memory[i · STEP_QUADS + q][lane]` holds quad q of the products of row i ·
 * LANES + lane.
 */
const leftPlace = (row: string): string => `memory[(${row}) / LANES * STEP_QUADS + loadQuad][(${row}) % LANES]`;

/**
 * A left matrix whose products are contiguous in storage (row-major). `row(i)` prepares the loads of row `pixel<i>`;
 * `quad(i)` sets `a<i>` to four products of that row.
 */
export function leftByProducts(
  tile: ProductTile,
  { row, quad }: { readonly row: (i: number) => string; readonly quad: (i: number) => string },
): Side {
  const loads = tilePixels(tile) * stepQuads(tile) / WORKGROUP, down = WORKGROUP / stepQuads(tile);
  return {
    setup: each(loads, (i) => `let pixel${i} = tilePixel + loadRow + ${i * down}u;\n${row(i)}`),
    load: each(loads, (i) => `
    var a${i} = vec4<f32>(0.0);
    if (inside && pixel${i} < p.pixels) {
      ${quad(i)}
    }`),
    store: each(loads, (i) => `${leftPlace(`loadRow + ${i * down}u`)} = a${i};`),
  };
}

/**
 * A left matrix whose rows are contiguous in storage (column-major). `quads` sets `a<j>` to four rows from `leftRow`
 * on, of product k + j. The last invocations of the workgroup load the left matrix, while the first ones load the
 * right.
 */
export function leftByRows(tile: ProductTile, quads: string): Side {
  const blocks = tilePixels(tile) / 4, first = WORKGROUP / stepQuads(tile) - blocks;
  const across = (r: number): string => [0, 1, 2, 3].map((j) => `a${j}.${"xyzw"[r]}`).join(", ");
  return {
    setup: `
  let loadsLeft = loadRow >= ${first}u;
  let leftBlock = (loadRow - ${first}u) * 4u;
  let leftRow = tilePixel + leftBlock;`,
    load: loadQuads("a", "inside && loadsLeft && leftRow < p.pixels", quads),
    store: `if (loadsLeft) { ${each(4, (r) => `${leftPlace(`leftBlock + ${r}u`)} = vec4<f32>(${across(r)});`)} }`,
  };
}

/** A right matrix. `quads` sets `b<j>` to four columns from `column` on, of product k + j. */
export function rightByColumns(quads: string): Side {
  return {
    setup: `
  let loadsRight = loadRow < QUADS;
  let column = (number % p.tilesAcross) * TILE_CHANNELS + loadRow * 4u;`,
    load: loadQuads("b", "inside && loadsRight && column < p.groupChannels", quads),
    store: `if (loadsRight) { ${each(4, (j) => `right[loadQuad * 4u + ${j}u][loadRow] = b${j};`)} }`,
  };
}

/** Declares four quads and loads them where a condition holds; otherwise they are zero. */
function loadQuads(name: string, condition: string, text: string): string {
  return `${each(4, (j) => `var ${name}${j} = vec4<f32>(0.0);`)}
    if (${condition}) {
      ${text}
    }`;
}

/** The multiply-adds of a step: `rows` left quads by four right quads, for each quad of the depth. */
function multiply(tile: ProductTile): string {
  return each(stepQuads(tile), (q) => `
      {
        ${each(4, (j) => `let r${j} = right[${q * 4 + j}][quadIndex];`)}
        ${
    each(tile.rows, (i) => `
        let l${i} = memory[${i * stepQuads(tile) + q}][lane];
        ${each(4, (j) => `sum${i} = fma(vec4<f32>(l${i}.${"xyzw"[j]}), r${j}, sum${i});`)}`)
  }
      }`);
}

function stepsText(tile: ProductTile, { range, left, right, setup, prepare = "", advance }: ProductOperands): string {
  return `
  let loadQuad = local % STEP_QUADS;
  let loadRow = local / STEP_QUADS;
  ${range}
  ${left.setup}
  ${right.setup}
  var k = start + loadQuad * 4u;
  ${setup}
  let steps = (products - start + STEP - 1u) / STEP;
  for (var step = 0u; step <= steps; step++) {
    let inside = k < products;
    ${prepare}
    ${left.load}
    ${right.load}
    if (step > 0u) {${multiply(tile)}
    }
    workgroupBarrier();
    ${left.store}
    ${right.store}
    workgroupBarrier();
    k += STEP;
    ${advance}
  }`;
}

/**
 * The WGSL of a product. Rows of workgroup memory are padded beyond their lanes: neighbouring invocations store quads
 * of one row, and the padding puts these quads into different memory banks.
 */
export function productText(tile: ProductTile, operands: ProductOperands): string {
  const { quads, lanes } = lanesOf(tile), rows = tile.rows * stepQuads(tile);
  return `
const STEP = ${tile.depth}u;
const STEP_QUADS = ${stepQuads(tile)}u;
var<workgroup> right: array<array<vec4<f32>, ${quads + 1}>, ${tile.depth}>;
${tileText(tile, { rows, lanes: lanes + 8 / stepQuads(tile) })}
${operands.text}
${tileHead(tile, operands.place)}
${stepsText(tile, operands)}
${operands.end}`;
}
