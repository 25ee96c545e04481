/**
 * Prints the inner kernels of a convolution's weight gradient: sums over a band's pixels of products between 8 output
 * channels and 6 weights' inputs. It is the convolution's own tile (see panels.ts) with pixels and k exchanged: the
 * gradient's 8 channels of a pixel are what a panel's weights are there, and each pointer follows one k over the pixels.
 */
import { advance, BIAS, multiplyStep, type PanelMode, PIXELS, range, UNROLL } from "./panels.ts";

/** Which products, and whether the gradient's 8 channels of each pixel are packed or lie `walk.pitch` bytes apart. */
export interface OuterProducts {
  readonly mode: PanelMode;
  readonly packed: boolean;
}

const nameOf = ({ mode, packed }: OuterProducts): string => `${mode}${packed ? "Packed" : "Spread"}Products`;

/** A constant where it can be: a register fewer. */
const pitchOf = ({ packed }: OuterProducts): string => packed ? "32" : "pitch";

/** The loop over a row's pixels; it may end after every one (see panels.ts). */
function rowLoop(kind: OuterProducts, weights: number): string[] {
  const turn = [
    ...multiplyStep(kind.mode, weights),
    ...advance(weights, "step"),
    `packed += ${pitchOf(kind)};`,
    "if (packed >= end) break;",
  ];
  return ["const end = packed + rowBytes;", "for (;;) {", ...range(UNROLL).flatMap(() => turn), "}"];
}

/** Adds the tile to the sums so far, which are in float64. */
const stores = (weights: number): string[] =>
  range(weights).map((k) => `accumulate(sums + ${k * 64}, l${k}); accumulate(sums + ${k * 64 + 32}, h${k});`);

/** The function that computes one tile of some weights. */
function tile(kind: OuterProducts, weights: number): string {
  const bias = kind.mode === "dense" ? BIAS : 0;
  const pointers = range(weights).map((k) => `a${k} = base + load<u32>(offsets, ${k * 4}) - ${bias}`);
  return [
    `function ${nameOf(kind)}${weights}(offsets: usize, base: usize, packed: usize, sums: usize): void {`,
    `let ${pointers.join(", ")};`,
    "let w0 = f32x4.splat(0), w1 = w0, x = w0;",
    `let ${range(weights).map((k) => `l${k} = w0, h${k} = w1`).join(", ")};`,
    `const step = walk.step, pitch = walk.pitch, rowBytes = <usize> walk.columns * ${pitchOf(kind)};`,
    "for (let image = walk.images; image > 0; image--) {",
    "for (let row = walk.rows; row > 0; row--) {",
    ...rowLoop(kind, weights),
    ...advance(weights, "walk.toRow"),
    "}",
    ...advance(weights, "walk.toImage"),
    "}",
    ...stores(weights),
    "}",
  ].join("\n");
}

/** The kernel that adds a band to the sums of some weights of one panel, and the tiles that it calls. */
export function printOuterProducts(kind: OuterProducts): string {
  const tail = range(PIXELS - 1).map((index) => index + 1);
  const call = (weights: number): string => `${nameOf(kind)}${weights}(offsets, base, packed, sums);`;
  return [
    ...[...tail, PIXELS].map((weights) => tile(kind, weights)),
    `export function ${nameOf(kind)}(offsets: usize, weights: i32, base: usize, packed: usize, sums: usize): void {`,
    `for (; weights >= ${PIXELS}; weights -= ${PIXELS}, offsets += ${PIXELS * 4}, sums += ${PIXELS * 64}) {`,
    call(PIXELS),
    "}",
    "switch (weights) {",
    ...tail.map((weights) => `case ${weights}: ${call(weights)} break;`),
    "}",
    "}",
  ].join("\n");
}
