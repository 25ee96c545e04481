/**
 * A 3×3 convolution of stride 1 in 4/9 of the multiply-adds: F(2×2, 3×3) of Lavin and Gray ("Fast algorithms for
 * convolutional neural networks", arXiv 1509.09308).
 *
 * A tile of 2×2 outputs takes 4×4 inputs d, and is `Aᵀ[(G g Gᵀ) ⊙ (Bᵀ d B)]A`, where ⊙ multiplies at each of 16 places and
 * sums over the input channels. So each place is a matrix product over tiles, which the panels of a convolution of kernel 1
 * compute. Bands are those of any convolution; tiles are taken in parts whose transformed values stay in the second-level
 * cache. Sums are rounded in another order than those of the plain convolution, and differ in the last bits.
 */
import { band, bandCount, bandInput, bandPixelBytes, bandRowBytes, firstPixel, moveBand, moveSlice } from "./band";
import { Convolution, describedConvolution } from "./descriptor";
import { densePanel } from "./generated";
import { panel } from "./panel";

const PLACES: usize = 16;

/** Where a part's values are. */
@unmanaged
class Part {
  /** First tile of the band, and how many. */
  first: i32;
  tiles: i32;
  /** The transformed inputs and the products, each a plane `[tiles, channels]` for every place. */
  inputs: usize;
  products: usize;
  input: usize;
}

const part = changetype<Part>(memory.data(32, 16));
/** 16 vectors. */
const VALUES: usize = memory.data(256, 64);

// @ts-ignore: decorator
@inline
function value(row: usize, column: usize): v128 {
  return v128.load(VALUES + (row << 6) + (column << 4));
}

// @ts-ignore: decorator
@inline
function put(row: usize, column: usize, to: v128): void {
  v128.store(VALUES + (row << 6) + (column << 4), to);
}

/** Bytes of the packed weights of one place. */
function placeBytes(d: Convolution): usize {
  return <usize> (d.o / 8 * (d.c + 1)) << 5;
}

/** `G g Gᵀ` of four input channels, into VALUES. */
function transformWeight(from: usize, tap: usize): void {
  const half = f32x4.splat(0.5);
  for (let column: usize = 0; column < 3; column++, from += tap) {
    const a = v128.load(from), b = v128.load(from + 3 * tap), c = v128.load(from + 6 * tap);
    const sum = f32x4.mul(f32x4.add(a, c), half), middle = f32x4.mul(b, half);
    put(0, column, a);
    put(1, column, f32x4.add(sum, middle));
    put(2, column, f32x4.sub(sum, middle));
    put(3, column, c);
  }
  for (let row: usize = 0; row < 4; row++) {
    const a = value(row, 0), c = value(row, 2);
    const sum = f32x4.mul(f32x4.add(a, c), half), middle = f32x4.mul(value(row, 1), half);
    put(row, 1, f32x4.add(sum, middle));
    put(row, 2, f32x4.sub(sum, middle));
    put(row, 3, c);
  }
}

/** Packs the transformed weights place by place, in panels as packing.ts does; biases are added later. */
function packTransformed(d: Convolution): void {
  const tap = <usize> d.c << 2, bytes = placeBytes(d);
  memory.fill(d.packed, 0, PLACES * bytes);
  for (let channel = 0; channel < d.o; channel++) {
    const weight = d.weight + <usize> channel * 9 * tap;
    const panelAt = d.packed + (<usize> (channel / 8 * (d.c + 1)) << 5) + (<usize> (channel % 8) << 2) + 32;
    for (let k = 0; k < d.c; k += 4) {
      transformWeight(weight + (<usize> k << 2), tap);
      let to = panelAt + (<usize> k << 5);
      for (let place: usize = 0; place < PLACES; place++, to += bytes) {
        const values = v128.load(VALUES + (place << 4));
        v128.store_lane<f32>(to, values, 0);
        v128.store_lane<f32>(to, values, 1, 32);
        v128.store_lane<f32>(to, values, 2, 64);
        v128.store_lane<f32>(to, values, 3, 96);
      }
    }
  }
}

/** `Bᵀ d B` of four channels of a tile. */
function transformInput(from: usize, rowBytes: usize, pixelBytes: usize, to: usize, plane: usize): void {
  for (let column: usize = 0; column < 4; column++, from += pixelBytes) {
    const a = v128.load(from), b = v128.load(from + rowBytes), c = v128.load(from + 2 * rowBytes);
    put(0, column, f32x4.sub(a, c));
    put(1, column, f32x4.add(b, c));
    put(2, column, f32x4.sub(c, b));
    put(3, column, f32x4.sub(b, v128.load(from + 3 * rowBytes)));
  }
  for (let row: usize = 0; row < 4; row++) {
    const a = value(row, 0), b = value(row, 1), c = value(row, 2);
    v128.store(to, f32x4.sub(a, c));
    v128.store(to += plane, f32x4.add(b, c));
    v128.store(to += plane, f32x4.sub(c, b));
    v128.store(to += plane, f32x4.sub(b, value(row, 3)));
    to += plane;
  }
}

/** How many tiles a row of the output has. */
function tilesAcross(d: Convolution): i32 {
  return d.ow >> 1;
}

function tilesPerImage(d: Convolution): i32 {
  return (band.rows >> 1) * tilesAcross(d);
}

function transformInputs(d: Convolution): void {
  const rowBytes = bandRowBytes(d), pixelBytes = bandPixelBytes(d), plane = <usize> (part.tiles * d.c) << 2;
  const imageBytes = <usize> (band.rows + 2) * rowBytes;
  let to = part.inputs;
  for (let tile = part.first; tile < part.first + part.tiles; tile++) {
    const image = tile / tilesPerImage(d), inside = tile % tilesPerImage(d);
    const row = inside / tilesAcross(d), column = inside % tilesAcross(d);
    const from = part.input + <usize> image * imageBytes + <usize> (2 * row) * rowBytes + <usize> (2 * column) * pixelBytes;
    for (let at: usize = 0; at < <usize> d.c << 2; at += 16, to += 16) {
      transformInput(from + at, rowBytes, pixelBytes, to, plane);
    }
  }
}

/** The products at all places: tiles as pixels, panel by panel. */
function multiply(d: Convolution): void {
  const inputs = <usize> (part.tiles * d.c) << 2, products = <usize> (part.tiles * d.o) << 2;
  let packed = d.packed;
  for (let place: usize = 0; place < PLACES; place++) {
    for (let channel = 0; channel < d.o; channel += 8, packed += <usize> (d.c + 1) << 5) {
      const y = part.products + place * products + (<usize> channel << 2);
      densePanel(d.offsets, part.tiles, part.inputs + place * inputs, packed, y);
    }
  }
}

/** Adds the bias, then finishes four channels of a pixel as the plain convolution's tiles do, and writes them. */
// @ts-ignore: decorator
@inline
function finish(d: Convolution, sums: v128, y: usize, bias: v128, scale: v128, shift: v128): void {
  sums = f32x4.relaxed_madd(f32x4.add(sums, bias), scale, shift);
  if (d.addend) sums = f32x4.add(sums, v128.load(y + (d.addend - d.y)));
  v128.store(y, d.finish == 1 ? f32x4.pmax(sums, f32x4.splat(0)) : sums);
}

/** `Aᵀ m A` of four channels of a tile, into four pixels. */
function transformProduct(d: Convolution, from: usize, plane: usize, y: usize, at: usize): void {
  for (let row: usize = 0; row < 4; row++) {
    const a = v128.load(from), b = v128.load(from += plane), c = v128.load(from += plane), e = v128.load(from += plane);
    put(row, 0, f32x4.add(f32x4.add(a, b), c));
    put(row, 1, f32x4.sub(f32x4.sub(b, c), e));
    from += plane;
  }
  const pixel = panel.yBytes, line = <usize> d.ow * pixel;
  const bias = d.bias ? v128.load(d.bias + at) : f32x4.splat(0);
  const scale = d.finishScale ? v128.load(d.finishScale + at) : f32x4.splat(1);
  const shift = d.finishScale ? v128.load(d.finishShift + at) : f32x4.splat(-0.0);
  for (let column: usize = 0; column < 2; column++, y += pixel) {
    const a = value(0, column), b = value(1, column), c = value(2, column), e = value(3, column);
    finish(d, f32x4.add(f32x4.add(a, b), c), y, bias, scale, shift);
    finish(d, f32x4.sub(f32x4.sub(b, c), e), y + line, bias, scale, shift);
  }
}

function transformProducts(d: Convolution): void {
  const plane = <usize> (part.tiles * d.o) << 2;
  let from = part.products;
  for (let tile = part.first; tile < part.first + part.tiles; tile++) {
    const image = tile / tilesPerImage(d), inside = tile % tilesPerImage(d);
    const row = inside / tilesAcross(d), column = inside % tilesAcross(d);
    const pixel = firstPixel(d) + (image * d.oh + 2 * row) * d.ow + 2 * column, y = d.y + (<usize> (pixel * d.o) << 2);
    for (let at: usize = 0; at < <usize> d.o << 2; at += 16, from += 16) {
      transformProduct(d, from, plane, y + at, at);
    }
  }
}

function convolveBand(d: Convolution): void {
  const tiles = band.images * tilesPerImage(d);
  part.input = bandInput(d);
  for (part.first = 0; part.first < tiles; part.first += d.partPixels) {
    part.tiles = min<i32>(d.partPixels, tiles - part.first);
    transformInputs(d);
    multiply(d);
    transformProducts(d);
  }
}

/** Runs the convolution that the host described; `partPixels` are tiles. Its extents and the rows of a band are even. */
export function convolveTiles(): void {
  const d = describedConvolution();
  packTransformed(d);
  for (let tile = 0; tile < d.partPixels; tile++) store<u32>(d.offsets + (<usize> tile << 2), (tile * d.c) << 2);
  panel.rows = panel.segments = 1;
  panel.length = d.c;
  panel.toSegment = panel.toRow = 0;
  panel.yBytes = <usize> d.o << 2;
  panel.channels = 8;
  panel.counted = panel.finishes = false;
  part.inputs = d.transformed;
  part.products = d.transformed + ((PLACES * <usize> (d.partPixels * d.c)) << 2);
  moveSlice(d, 0);
  for (let step = 0; step < bandCount(d); step++) {
    moveBand(d, step);
    convolveBand(d);
  }
}
