/**
 * Convolutions as matrix products: [output pixels, (window position, input channel)] times [(window position, input
 * channel), output channels]. The left matrix is never stored: its values are loaded from the activation, and are
 * normalised and activated while they are loaded.
 */
import { epilogueFields, epilogueText } from "./epilogue.ts";
import { viewText } from "./expressions.ts";
import { each, type Kernel, type Width } from "./kernel.ts";
import { leftByProducts, productText, type ProductTile, rightByColumns } from "./product.ts";
import { statisticsFields, type Tile, tileEnd, tileFields } from "./tile.ts";
import { elementText, spacingFields, spacingText, windowFields, windowText } from "./window.ts";

/**
 * Parameters of a convolution: the tile of its output, the statistics, the epilogue, the spacing of the output, the
 * window over x, and the weight.
 */
export const convolutionFields = {
  ...tileFields,
  ...statisticsFields,
  ...epilogueFields,
  ...spacingFields,
  ...windowFields,
  weight: "at",
} as const;

/** Functions that every convolution uses. */
export const convolutionText = `${viewText("vec4<f32>")}
${windowText}
${spacingText}`;

/**
 * Ends a convolution's tile: applies the epilogue, then stores the tile. Only the store is spaced, by `placed`. The
 * addend of an epilogue has the shape of the output itself, so a convolution with an addend is never spaced.
 */
export function convolutionEnd(tile: Tile): string {
  return `${epilogueText(tile)}
${tileEnd(tile, (pixel) => `placed(${pixel})`)}`;
}

/**
 * The left side where group channels are a multiple of four. A quad is four channels of one window position, never of
 * two. Each invocation keeps its channel `c` and its position `dy`, `dx`, and moves them on after each step.
 */
const byQuads = {
  text: `override POINTWISE: bool;
${convolutionText}`,
  setup: `
  var c = k % p.groupInputs;
  var dx = k / p.groupInputs % p.kw;
  var dy = k / p.groupInputs / p.kw;`,
  quad: (i: number) => `
      let position = positionIn(window${i}, select(dy, 0u, POINTWISE), select(dx, 0u, POINTWISE));
      if (POINTWISE || isInside(position)) { a${i} = source(window${i}, position, first + c, view); }`,
  prepare: "let view = channelView(first + c);",
  advance: `
    c += STEP;
    while (!POINTWISE && c >= p.groupInputs) {
      c -= p.groupInputs;
      dx += 1u;
      if (dx == p.kw) { dx = 0u; dy += 1u; }
    }`,
} as const;

/**
 * The left side for any channel count: the four elements of a quad may belong to different window positions, so each
 * computes its own.
 */
const byElements = {
  text: `${convolutionText}
${elementText}`,
  setup: "",
  quad: (i: number) => `
      for (var lane = 0u; lane < min(4u, products - k); lane++) {
        a${i}[lane] = element(window${i}, k + lane, first);
      }`,
  prepare: "",
  advance: "",
} as const;

/**
 * The right side: four columns (output channels) by four products. The weight holds the products of a column one after
 * the other, so a quad is loaded per column and the 4 × 4 values are transposed. `kept` zeros the values beyond the
 * last product.
 */
const weightColumns = (width: Width): string => `
      ${each(4, (at) => `var w${at} = quad(weightAt + ${at}u * products + k);`)}
      ${
  width === 4 ? "" : `let kept = vec4<u32>(k, k + 1u, k + 2u, k + 3u) < vec4<u32>(products);
      ${each(4, (at) => `w${at} = select(vec4<f32>(0.0), w${at}, kept);`)}`
}
      ${each(4, (j) => `b${j} = vec4<f32>(${[0, 1, 2, 3].map((at) => `w${at}.${"xyzw"[j]}`).join(", ")});`)}`;

/**
 * A convolution or linear layer of any geometry; groups are numbered along z. Width 4 needs group channels that are a
 * multiple of four. `POINTWISE` is for kernels of 1 × 1 whose every position is inside the input: it removes the loop
 * over the window and the check for padding.
 */
export function convolutionKernel(
  tile: ProductTile,
  { width, pointwise }: { readonly width: Width; readonly pointwise: boolean },
): Kernel<typeof convolutionFields> {
  const { text, setup, prepare, quad, advance } = width === 4 ? byQuads : byElements;
  return {
    fields: convolutionFields,
    width,
    ...(width === 4 && { constants: { POINTWISE: Number(pointwise) } }),
    body: productText(tile, {
      text,
      range: `
  let start = 0u;
  let products = p.kh * p.kw * p.groupInputs;
  let first = z * p.groupInputs;`,
      left: leftByProducts(tile, { row: (i) => `  let window${i} = place(pixel${i});`, quad }),
      right: rightByColumns(weightColumns(width)),
      setup: `
  let weightAt = p.weight + (z * p.groupChannels + column) * products;
  ${setup}`,
      prepare,
      advance,
      end: convolutionEnd(tile),
    }),
  };
}
