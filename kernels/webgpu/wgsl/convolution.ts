/**
 * Convolutions as matrix products: pixels × (window, channel) by (window, channel) × output channels, the first of which
 * is never written but gathered from the activation, normalised and activated on the way.
 *
 * A workgroup of 256 computes a tile. Steps of `depth` products go through workgroup memory; the next step's values are
 * loaded into registers while this one's are multiplied. Memory traffic: the activation once for each tile across, the
 * weights once for each tile down, the output once.
 */
import { each, type Kernel, type Width, WORKGROUP } from "./kernel.ts";
import { viewText } from "./expressions.ts";
import { lanesOf, type Tile, tileEnd, tileFields, tileHead, tilePixels, tileText } from "./tile.ts";

/** A tile, and the products that one step takes. */
export interface ConvolutionTile extends Tile {
  /** A multiple of four. */
  readonly depth: number;
}

/** Left sides fill the tile's workgroup memory: pixels · depth is 2,048. Many channels: 8 × 4 sums an invocation, 128 pixels × 64 channels. */
export const WIDE: ConvolutionTile = { channels: 64, rows: 8, depth: 16 };
/** Few channels: 4 × 4 sums an invocation, 256 pixels × 16 channels. */
export const NARROW: ConvolutionTile = { channels: 16, rows: 4, depth: 8 };

/** Geometry of a convolution, `x` as a view. */
export const convolutionFields = {
  ...tileFields,
  x: "at",
  weight: "at",
  scale: "at",
  shift: "at",
  activation: "u32",
  h: "u32",
  w: "u32",
  inputChannels: "u32",
  groupInputs: "u32",
  oh: "u32",
  ow: "u32",
  kh: "u32",
  kw: "u32",
  stride: "u32",
  padding: "u32",
} as const;

/** `fn place(pixel)`: where the window of an output pixel begins. */
export const windowText = `
struct Window { image: u32, row: i32, column: i32 }
fn place(pixel: u32) -> Window {
  let row = pixel / p.ow;
  return Window(
    row / p.oh * p.h * p.w,
    i32(row % p.oh * p.stride) - i32(p.padding),
    i32(pixel % p.ow * p.stride) - i32(p.padding),
  );
}`;

/** A quad of products' left sides: channels of one position, because quads never straddle two. */
const fetchQuad = (i: number): string => `
    var a${i} = vec4<f32>(0.0);
    if (inside && pixel${i} < p.pixels) {
      if (POINTWISE) {
        let at = (window${i}.image + u32(window${i}.row) * p.w + u32(window${i}.column)) * p.inputChannels + first + c;
        a${i} = viewed(quad(p.x + at), first + c);
      } else {
        let row = window${i}.row + i32(dy);
        let column = window${i}.column + i32(dx);
        if (u32(row) < p.h && u32(column) < p.w) {
          let at = (window${i}.image + u32(row) * p.w + u32(column)) * p.inputChannels + first + c;
          a${i} = viewed(quad(p.x + at), first + c);
        }
      }
    }`;

/** Any channel count: each element of the quad finds its own position. */
const gatherText = `
fn gather(window: Window, k: u32, first: u32) -> f32 {
  let position = k / p.groupInputs;
  let channel = first + k % p.groupInputs;
  let row = window.row + i32(position / p.kw);
  let column = window.column + i32(position % p.kw);
  if (k >= p.kh * p.kw * p.groupInputs || u32(row) >= p.h || u32(column) >= p.w) { return 0.0; }
  var value = scalar(p.x + (window.image + u32(row) * p.w + u32(column)) * p.inputChannels + channel);
  if (p.scale != NONE) { value = fma(value, vector(p.scale + channel), vector(p.shift + channel)); }
  return activate(p.activation, vec4<f32>(value)).x;
}`;

const gatherQuad = (i: number): string => `
    var a${i} = vec4<f32>(0.0);
    if (inside && pixel${i} < p.pixels) {
      a${i} = vec4<f32>(
        gather(window${i}, k, first),
        gather(window${i}, k + 1u, first),
        gather(window${i}, k + 2u, first),
        gather(window${i}, k + 3u, first),
      );
    }`;

/** Four channels' weights at `k`, to be stored across. */
const fetchWeights = `
    var b0 = vec4<f32>(0.0);
    var b1 = b0;
    var b2 = b0;
    var b3 = b0;
    if (inside && loadsWeights) {
      ${
  each(4, (j) => `
      if (weightChannel + ${j}u < p.groupChannels) { b${j} = quad(weightAt + ${j}u * products + k); }`)
}
      let kept = vec4<u32>(k, k + 1u, k + 2u, k + 3u) < vec4<u32>(products);
      ${each(4, (j) => `b${j} = select(vec4<f32>(0.0), b${j}, kept);`)}
    }`;

const storeWeights = `
    if (loadsWeights) {
      ${
  each(4, (j) => {
    const component = "xyzw"[j];
    const across = [0, 1, 2, 3].map((from) => `b${from}.${component}`).join(", ");
    return `right[(loadQuad * 4u + ${j}u) * QUADS + loadRow] = vec4<f32>(${across});`;
  })
}
    }`;

/** A step's products: `rows` left quads by four right quads, for each quad of the depth. */
function multiply({ rows, depth }: ConvolutionTile): string {
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

const advance = `
    k += STEP;
    if (!POINTWISE) {
      c += STEP;
      while (c >= p.groupInputs) {
        c -= p.groupInputs;
        dx += 1u;
        if (dx == p.kw) { dx = 0u; dy += 1u; }
      }
    } else {
      c = k;
    }`;

function stepsText(tile: ConvolutionTile, width: Width): string {
  const stepQuads = tile.depth / 4, loads = tilePixels(tile) * stepQuads / WORKGROUP, down = WORKGROUP / stepQuads;
  return `
  let loadQuad = local % STEP_QUADS;
  let loadRow = local / STEP_QUADS;
  let products = p.kh * p.kw * p.groupInputs;
  let first = group.z * p.groupInputs;
  let loadsWeights = loadRow < QUADS;
  let weightChannel = (number % p.tilesAcross) * TILE_CHANNELS + loadRow * 4u;
  let weightAt = p.weight + (group.z * p.groupChannels + weightChannel) * products;
  ${
    each(loads, (i) => `
  let pixel${i} = tilePixel + loadRow + ${i * down}u;
  let window${i} = place(pixel${i});`)
  }
  var k = loadQuad * 4u;
  ${
    width === 4
      ? "var c = k % p.groupInputs;\n  var dx = k / p.groupInputs % p.kw;\n  var dy = k / p.groupInputs / p.kw;"
      : ""
  }
  let steps = (products + STEP - 1u) / STEP;
  for (var step = 0u; step <= steps; step++) {
    let inside = k < products;
    ${each(loads, width === 4 ? fetchQuad : gatherQuad)}
    ${fetchWeights}
    if (step > 0u) {${multiply(tile)}
    }
    workgroupBarrier();
    ${each(loads, (i) => `memory[(loadRow + ${i * down}u) * STEP_QUADS + loadQuad] = a${i};`)}
    ${storeWeights}
    workgroupBarrier();
    ${width === 4 ? advance : "k += STEP;"}
  }`;
}

/**
 * A convolution or linear layer of any geometry; groups are numbered along z. Quads need group channels that are
 * multiples of four. `POINTWISE` drops the window where it is one pixel without padding.
 */
export function convolutionKernel(
  tile: ConvolutionTile,
  { width, pointwise }: { readonly width: Width; readonly pointwise: boolean },
): Kernel<typeof convolutionFields> {
  const { quads } = lanesOf(tile);
  return {
    fields: convolutionFields,
    width,
    ...(width === 4 && { constants: { POINTWISE: Number(pointwise) } }),
    body: `
${width === 4 ? "override POINTWISE: bool;" : ""}
const STEP = ${tile.depth}u;
const STEP_QUADS = ${tile.depth / 4}u;
var<workgroup> right: array<vec4<f32>, ${tile.depth * quads}>;
${tileText(tile)}
${viewText}
${windowText}
${width === 1 ? gatherText : ""}
${tileHead(tile)}
${stepsText(tile, width)}
${tileEnd(tile)}`,
  };
}
