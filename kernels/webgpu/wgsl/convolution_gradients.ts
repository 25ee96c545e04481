/**
 * What gradients of convolutions need beside convolutions: the weights of one, turned, make it its own transpose by the
 * input; its transpose by the weight is a product of output channels × pixels by pixels × (window, channel).
 */
import { viewText } from "./expressions.ts";
import { each, type Kernel, MAIN, type Width } from "./kernel.ts";
import { leftByRows, productText, type ProductTile, rightByColumns } from "./product.ts";
import { eachPixel, tileFields } from "./tile.ts";
import { elementText, windowFields, windowText } from "./window.ts";

/** 64 output channels × 128 values of windows: 8 × 4 sums an invocation; 13.3 KiB of workgroup memory. */
export const WIDE_WEIGHT: ProductTile = { channels: 128, rows: 8, depth: 16 };
/** 16 × 256: 4 × 4 sums an invocation; 9.2 KiB. */
export const NARROW_WEIGHT: ProductTile = { channels: 256, rows: 4, depth: 8 };

/**
 * The weight `[o, kh, kw, i]` of a convolution's transpose in one phase (see `kernels/lowering/phases.ts`): inputs and outputs
 * exchanged within each group, every stride-th tap, in reverse. Memory traffic: the phase's taps in and out.
 */
export const turnWeight = {
  fields: {
    weight: "at",
    turned: "at",
    count: "u32",
    kh: "u32",
    kw: "u32",
    groupInputs: "u32",
    groupOutputs: "u32",
    stride: "u32",
    rowTap: "u32",
    rowTaps: "u32",
    columnTap: "u32",
    columnTaps: "u32",
  },
  width: 1,
  body: `
${MAIN}
  if (index >= p.count) { return; }
  let output = index % p.groupOutputs;
  let tap = index / p.groupOutputs;
  let dx = p.columnTap + (p.columnTaps - 1u - tap % p.columnTaps) * p.stride;
  let row = tap / p.columnTaps;
  let dy = p.rowTap + (p.rowTaps - 1u - row % p.rowTaps) * p.stride;
  let input = row / p.rowTaps;
  let channel = input / p.groupInputs * p.groupOutputs + output;
  let at = ((channel * p.kh + dy) * p.kw + dx) * p.groupInputs + input % p.groupInputs;
  store(p.turned + index, stored(p.weight + at));
}`,
} as const satisfies Kernel;

/**
 * Rows of the tile (`pixels`) are a group's output channels, columns (`groupChannels`) its window's positions and
 * channels, products pixels of the output. They are summed in slices of `sliceProducts`, so that many workgroups share
 * them: each to an f32 part of its own among the vectors, or one alone to the weight.
 */
export const convolutionWeightFields = {
  ...tileFields,
  ...windowFields,
  ySpace: "u32",
  gradient: "at",
  outputChannels: "u32",
  groups: "u32",
  sliceElements: "u32",
  sliceProducts: "u32",
  products: "u32",
} as const;

/** Pixels follow each other along rows, then images. */
const nextPixel = `
      across += 1u;
      if (across == p.ow) { across = 0u; row += 1u; }
      if (row == p.oh) { row = 0u; image += 1u; }`;

/** Four columns of one product. */
const columnsText: { readonly [W in Width]: string } = {
  4: `
        let position = positionIn(window, dy, dx);
        if (isInside(position)) { value = source(window, position, first + c, view); }`,
  1: `
        for (var lane = 0u; lane < min(4u, p.groupChannels - column); lane++) {
          value[lane] = element(window, column + lane, first);
        }`,
};

/** The windows of four pixels, from `image`, `row` and `across` on, which move on with them. */
const windowColumns = (width: Width): string =>
  each(4, (j) => `
      if (k + ${j}u < products) {
        let window = windowAt(image, row, across);
        var value = vec4<f32>(0.0);
        ${columnsText[width]}
        b${j} = value;
      }
      ${nextPixel}`);

/**
 * x, as its view, and y to the convolution's weight, a part of it for each slice of pixels; groups, then slices, are
 * numbered along z. Quads need channels of groups on both sides that are multiples of four.
 */
export function convolutionWeightKernel(tile: ProductTile, width: Width): Kernel<typeof convolutionWeightFields> {
  return {
    fields: convolutionWeightFields,
    width,
    body: productText(tile, {
      text: `
fn putQuadIn(space: u32, at: u32, lanes: u32, value: vec4<f32>) {
  if (space == 0u) { putQuad(at, lanes, value); } else { putVectorQuad(at, lanes, value); }
}
${viewText("vec4<f32>")}
${windowText}
${elementText}`,
      place: `
  let z = group.z % p.groups;
  let slice = group.z / p.groups;
  let channel = within;`,
      range: `
  let start = slice * p.sliceProducts;
  let products = min(p.products, start + p.sliceProducts);
  let first = z * p.groupInputs;`,
      left: leftByRows(
        tile,
        `
      let at = p.gradient + k * p.outputChannels + z * p.pixels + leftRow;
      ${each(4, (j) => `if (k + ${j}u < products) { a${j} = quad(at + ${j}u * p.outputChannels); }`)}`,
      ),
      right: rightByColumns(windowColumns(width)),
      setup: `
  let c = column % p.groupInputs;
  let view = channelView(first + c);
  let dx = column / p.groupInputs % p.kw;
  let dy = column / p.groupInputs / p.kw;
  var across = k % p.ow;
  var row = k / p.ow % p.oh;
  var image = k / p.ow / p.oh;`,
      advance: `
    across += STEP - 4u;
    while (across >= p.ow) {
      across -= p.ow;
      row += 1u;
      if (row == p.oh) { row = 0u; image += 1u; }
    }`,
      end: `
  let part = p.y + slice * p.sliceElements + z * p.pixels * p.groupChannels;
  if (channelsLeft > 0u) {
    ${
        eachPixel(
          tile,
          (i, pixel) => `putQuadIn(p.ySpace, part + ${pixel} * p.groupChannels + channel, channelsLeft, sum${i});`,
        )
      }
  }
}`,
    }),
  };
}
