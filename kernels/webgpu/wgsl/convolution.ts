/**
 * Convolutions as matrix products: pixels × (window, channel) by (window, channel) × output channels. The left side is
 * gathered from the activation, normalised and activated on the way.
 */
import { epilogueFields, epilogueText } from "./epilogue.ts";
import { viewText } from "./expressions.ts";
import { each, type Kernel, type Width } from "./kernel.ts";
import { leftByProducts, productText, type ProductTile, rightByColumns } from "./product.ts";
import { statisticsFields, type Tile, tileEnd, tileFields } from "./tile.ts";
import { elementText, spacingFields, spacingText, windowFields, windowText } from "./window.ts";

/** A convolution: its window over x, its weight, and what becomes of the sums. */
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

/** Ends a convolution's tile. Epilogues add tensors of the output's own shape, so none is spaced. */
export function convolutionEnd(tile: Tile): string {
  return `${epilogueText(tile)}
${tileEnd(tile, (pixel) => `placed(${pixel})`)}`;
}

/** Channels of one position at a time: quads never straddle two, and the position moves on with the steps. */
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

/** Any channel count: each element of a quad finds its own position. */
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

/** Each column's products are neighbours in storage; what is kept are the columns of each product. */
const weightColumns = (width: Width): string => `
      ${each(4, (at) => `var w${at} = quad(weightAt + ${at}u * products + k);`)}
      ${
  width === 4 ? "" : `let kept = vec4<u32>(k, k + 1u, k + 2u, k + 3u) < vec4<u32>(products);
      ${each(4, (at) => `w${at} = select(vec4<f32>(0.0), w${at}, kept);`)}`
}
      ${each(4, (j) => `b${j} = vec4<f32>(${[0, 1, 2, 3].map((at) => `w${at}.${"xyzw"[j]}`).join(", ")});`)}`;

/**
 * A convolution or linear layer of any geometry; groups are numbered along z. Quads need group channels that are
 * multiples of four. `POINTWISE` drops the window where it is one pixel within the input.
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
