/**
 * What gradients of convolutions need beside the convolution kernels. The gradient by the input is a convolution with a
 * rearranged weight, which {@link turnWeight} makes. The gradient by the weight is a matrix product: [output channels,
 * pixels] times [pixels, (window position, channel)].
 */
import { viewText } from "./expressions.ts";
import { each, type Kernel, MAIN, type Width } from "./kernel.ts";
import { leftByRows, productText, type ProductTile, rightByColumns } from "./product.ts";
import { eachPixel, tileFields } from "./tile.ts";
import { elementText, windowFields, windowText } from "./window.ts";

/**
 * 64 output channels × 128 columns (a window position and a channel): 8 × 4 sums an invocation; 13.3 KiB of workgroup
 * memory.
 */
export const WIDE_WEIGHT: ProductTile = { channels: 128, rows: 8, depth: 16 };
/** 16 output channels × 256 columns: 4 × 4 sums an invocation; 9.2 KiB. */
export const NARROW_WEIGHT: ProductTile = { channels: 256, rows: 4, depth: 8 };

/**
 * Rearranges the weight `[o, kh, kw, i]` for one phase of a convolution's transpose (see `kernels/lowering/phases.ts`).
 * Inputs and outputs are exchanged within each group; every stride-th tap (position of the kernel) is taken, in reverse
 * order. Memory traffic: the phase's taps in and out.
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
 * Rows of the tile (`pixels`) are a group's output channels. Columns (`groupChannels`) are the positions of its window
 * and their channels. Products are pixels of the output, cut into slices of `sliceProducts`, so that several workgroups
 * can sum them in parallel. Each slice is written to its own f32 part in the arena of vectors; a single slice is
 * written to the weight itself.
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

/** Moves `across`, `row` and `image` to the next pixel, in row-major order. */
const nextPixel = `
      across += 1u;
      if (across == p.ow) { across = 0u; row += 1u; }
      if (row == p.oh) { row = 0u; image += 1u; }`;

/** Sets `value` to four columns of one product; zero outside the input. */
const columnsText: { readonly [W in Width]: string } = {
  4: `
        let position = positionIn(window, dy, dx);
        if (isInside(position)) { value = source(window, position, first + c, view); }`,
  1: `
        for (var lane = 0u; lane < min(4u, p.groupChannels - column); lane++) {
          value[lane] = element(window, column + lane, first);
        }`,
};

/** Sets `b0` to `b3` to the windows of four successive pixels, and moves `image`, `row` and `across` past them. */
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
 * The gradient of a convolution's weight, from x, read under its view, and the gradient of the output; one part for
 * each slice of pixels. `group.z` counts groups first, then slices. Width 4 needs group channels that are a multiple of
 * four on both sides.
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
