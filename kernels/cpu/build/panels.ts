/**
 * Prints the convolution's inner kernels: a panel of 8 output channels over a band's pixels, in tiles of 6 × 8 whose 12
 * accumulators, with two vectors of weights and one of input, fill the 16 registers. Per k a tile does 12 fused
 * multiply-adds for 8 loads, so it is bound by arithmetic as long as its operands come from the first two caches.
 */

/** Pixels of a full tile. */
export const PIXELS = 6;
/** Values of k in one turn of the inner loop, which costs a jump and a check for interrupts. */
export const UNROLL = 8;
/**
 * A broadcast of 4 bytes at offset 12 ends where a vector at offset 0 does: both are checked against one bound, which
 * then stays in a register.
 */
export const BIAS = 12;

/** How a tile walks its operands: `dense` multiplies broadcast inputs, `depthwise` eight channels by their own weights. */
export type PanelMode = "dense" | "depthwise";

/** 0, 1, … */
export const range = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

/** Tiles whose sums are in float32 before they are added in float64. */
const FEW_TILES = 4;

/** A sum as a tree. */
function sumOf(names: readonly string[]): string {
  if (names.length === 1) return names[0]!;
  const half = Math.ceil(names.length / 2);
  return `f32x4.add(${sumOf(names.slice(0, half))}, ${sumOf(names.slice(half))})`;
}

/** The multiply-adds of one k. Input pointers are {@link BIAS} bytes low. */
export function multiplyStep(mode: PanelMode, pixels: number): string[] {
  const dense = (pixel: number): string[] => [
    `x = v128.load32_splat(a${pixel}, ${BIAS});`,
    `l${pixel} = f32x4.relaxed_madd(x, w0, l${pixel});`,
    `h${pixel} = f32x4.relaxed_madd(x, w1, h${pixel});`,
  ];
  const depthwise = (pixel: number): string[] => [
    `l${pixel} = f32x4.relaxed_madd(v128.load(a${pixel}), w0, l${pixel});`,
    `h${pixel} = f32x4.relaxed_madd(v128.load(a${pixel}, 16), w1, h${pixel});`,
  ];
  const operands = { dense, depthwise }[mode];
  return ["w0 = v128.load(packed); w1 = v128.load(packed, 16);", ...range(pixels).flatMap(operands)];
}

/** Moves every pixel's pointer. */
export const advance = (pixels: number, bytes: string): string[] =>
  range(pixels).map((pixel) => `a${pixel} += ${bytes};`);

/**
 * The loop over consecutive k. It may end after every k, not only after an unrolled turn: each k is then a basic block of
 * its own, and V8 keeps the multiply-adds of different k apart. In one block it would put those of one accumulator next
 * to each other, a chain that waits for itself, and run out of registers.
 */
function innerLoop(mode: PanelMode, pixels: number): string[] {
  const turn = [
    ...multiplyStep(mode, pixels),
    ...advance(pixels, mode === "dense" ? "4" : "panel.pixelBytes"),
    "packed += 32;",
    "if (packed >= end) break;",
  ];
  return ["const end = packed + (<usize> panel.length << 5);", "for (;;) {", ...range(UNROLL).flatMap(() => turn), "}"];
}

/**
 * Sums of the tile's values about the pivots, which the first tile of a band sets to its own means: those of a few tiles in
 * float32. They are at a constant address, where accesses need no check.
 */
function statistics(pixels: number): string[] {
  const half = (letter: string, index: number): string[] => {
    const values = range(pixels).map((pixel) => letter + pixel), at = index * 16;
    return [
      `if (panel.first) v128.store(BLOCK, f32x4.mul(${sumOf(values)}, f32x4.splat(${1 / pixels})), ${at});`,
      `x = v128.load(BLOCK, ${at});`,
      ...values.map((value) => `${value} = f32x4.sub(${value}, x);`),
      `v128.store(SUMS, f32x4.add(v128.load(SUMS, ${at}), ${sumOf(values)}), ${at});`,
      `x = v128.load(SQUARES, ${at});`,
      ...values.map((value) => `x = f32x4.relaxed_madd(${value}, ${value}, x);`),
      `v128.store(SQUARES, x, ${at});`,
    ];
  };
  return ["if (panel.counted) {", ...half("l", 0), ...half("h", 1), "panel.first = false;", "}"];
}

/**
 * What follows the sums before they are stored: a normalisation by known statistics, an addend, ReLU. Each rounds as the
 * operation by itself does; where there is no normalisation the scales are 1 and the shifts −0, which change nothing.
 */
function epilogue(pixels: number): string[] {
  const all = (change: (value: string, half: 0 | 1, pixel: number) => string): string[] =>
    range(pixels).flatMap((pixel) => [change(`l${pixel}`, 0, pixel), change(`h${pixel}`, 1, pixel)]);
  const normed = all((value, half) => `${value} = f32x4.relaxed_madd(${value}, w${half}, x${half});`);
  const added = range(pixels).flatMap((pixel) => [
    `l${pixel} = f32x4.add(l${pixel}, v128.load(addend));`,
    `h${pixel} = f32x4.add(h${pixel}, v128.load(addend, 16));`,
    ...(pixel + 1 < pixels ? ["addend += panel.yBytes;"] : []),
  ]);
  return [
    "if (panel.finishes) {",
    "w0 = v128.load(SCALES); w1 = v128.load(SCALES, 16);",
    "const x0 = v128.load(SHIFTS), x1 = v128.load(SHIFTS, 16);",
    ...normed,
    "if (panel.adds) {",
    "let addend = y + panel.toAddend;",
    ...added,
    "}",
    "if (panel.relu) {",
    ...all((value) => `${value} = f32x4.pmax(${value}, f32x4.splat(0));`),
    "}",
    "}",
  ];
}

/** Stores the tile's rows, whole or as many channels as there are. */
function stores(pixels: number): string[] {
  const next = (pixel: number): string => pixel + 1 < pixels ? "y += yBytes;" : "";
  return [
    "const yBytes = panel.yBytes;",
    "if (panel.channels == 8) {",
    ...range(pixels).map((pixel) => `v128.store(y, l${pixel}); v128.store(y, h${pixel}, 16); ${next(pixel)}`),
    "} else {",
    ...range(pixels).map((pixel) => `storePart(y, l${pixel}, h${pixel}, panel.channels); ${next(pixel)}`),
    "}",
  ];
}

/** The function that computes one tile of some pixels. */
function tile(mode: PanelMode, pixels: number): string {
  const bias = mode === "dense" ? BIAS : 0;
  const pointers = range(pixels).map((pixel) => `a${pixel} = base + load<u32>(offsets, ${pixel * 4}) - ${bias}`);
  return [
    `function ${mode}${pixels}(offsets: usize, base: usize, packed: usize, y: usize): void {`,
    `let ${pointers.join(", ")};`,
    "let w0 = v128.load(packed), w1 = v128.load(packed, 16), x = w0; packed += 32;",
    `let ${range(pixels).map((pixel) => `l${pixel} = w0, h${pixel} = w1`).join(", ")};`,
    "for (let row = panel.rows; row > 0; row--) {",
    "for (let segment = panel.segments; segment > 0; segment--) {",
    ...innerLoop(mode, pixels),
    ...advance(pixels, "panel.toSegment"),
    "}",
    ...advance(pixels, "panel.toRow"),
    "}",
    ...epilogue(pixels),
    ...stores(pixels),
    ...statistics(pixels),
    "}",
  ].join("\n");
}

/** The kernel that runs one panel over some pixels, and the tiles that it calls. */
export function printPanel(mode: PanelMode): string {
  const tail = range(PIXELS - 1).map((index) => index + 1);
  const call = (pixels: number): string => `${mode}${pixels}(offsets, base, packed, y);`;
  return [
    ...[...tail, PIXELS].map((pixels) => tile(mode, pixels)),
    `export function ${mode}Panel(offsets: usize, pixels: i32, base: usize, packed: usize, y: usize): void {`,
    "let tiles = 0;",
    `for (; pixels >= ${PIXELS}; pixels -= ${PIXELS}, offsets += ${PIXELS * 4}, y += panel.yBytes * ${PIXELS}) {`,
    call(PIXELS),
    `if (panel.counted && ++tiles % ${FEW_TILES} == 0) addSums();`,
    "}",
    "switch (pixels) {",
    ...tail.map((pixels) => `case ${pixels}: ${call(pixels)} break;`),
    "}",
    "if (panel.counted) addSums();",
    "}",
  ].join("\n");
}
