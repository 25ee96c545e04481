/**
 * A band: the zero-padded copy of the input rows that some output rows read, with the input's view applied. It holds all
 * channels, or a slice of them at 64 bytes a pixel where channels do not mix: then more rows fit, and fewer are copied
 * twice.
 */
import { Convolution } from "./descriptor";
import { applySlice, applyView } from "./generated";

/** Which part of the output a band is for. */
@unmanaged
export class Band {
  image: i32;
  images: i32;
  row: i32;
  rows: i32;
  /** First channel, and number of channels. */
  channel: i32;
  channels: i32;
}

/** The band that is being computed. */
export const band = changetype<Band>(memory.data(32, 16));

/** Moves to the slice of channels that begins with this one. */
export function moveSlice(d: Convolution, channel: i32): void {
  band.channel = channel;
  band.channels = min<i32>(d.sliceChannels, d.c - channel);
}

/** How many bands a slice of channels takes. */
export function bandCount(d: Convolution): i32 {
  return bandsAcross(d) * bandsDown(d);
}

function bandsAcross(d: Convolution): i32 {
  return (d.n + d.bandImages - 1) / d.bandImages;
}

function bandsDown(d: Convolution): i32 {
  return (d.oh + d.bandRows - 1) / d.bandRows;
}

/** Moves to the band of a step, counted from whichever end is to be first. */
export function moveBand(d: Convolution, step: i32): void {
  const index = d.backwards ? bandCount(d) - 1 - step : step;
  band.image = index / bandsDown(d) * d.bandImages;
  band.images = min<i32>(d.bandImages, d.n - band.image);
  band.row = index % bandsDown(d) * d.bandRows;
  band.rows = min<i32>(d.bandRows, d.oh - band.row);
}

/** The band's first output pixel. */
export function firstPixel(d: Convolution): i32 {
  return (band.image * d.oh + band.row) * d.ow;
}

/** How many output pixels the band has. */
export function bandPixels(d: Convolution): i32 {
  return band.images * band.rows * d.ow;
}

/** Bytes of a slice's pixel: a cache line. */
const SLICE_BYTES: usize = 64;

/** Bytes from one pixel of a band to the next. */
export function bandPixelBytes(d: Convolution): usize {
  return d.sliceChannels < d.c ? SLICE_BYTES : <usize> d.c << 2;
}

/** Bytes from one row of a band to the next. */
export function bandRowBytes(d: Convolution): usize {
  return <usize> (d.w + 2 * d.padding) * bandPixelBytes(d);
}

/** Byte offsets of each output pixel's first input value from the start of its band. */
export function writeOffsets(d: Convolution): void {
  const rowBytes = bandRowBytes(d), pixelBytes = <usize> d.stride * bandPixelBytes(d);
  const imageBytes = <usize> ((d.bandRows - 1) * d.stride + d.kh) * rowBytes;
  let to = d.offsets;
  for (let image = 0; image < d.bandImages; image++) {
    for (let row = 0; row < d.bandRows; row++) {
      let offset = <usize> image * imageBytes + <usize> (row * d.stride) * rowBytes;
      for (let column = 0; column < d.ow; column++, offset += pixelBytes, to += 4) store<u32>(to, offset);
    }
  }
}

/** Copies the view of some pixels of one row, or of whole rows. */
function copyPixels(d: Convolution, to: usize, from: usize, pixels: i32): void {
  const scale = d.scale ? d.scale + (band.channel << 2) : 0, shift = d.shift + (band.channel << 2);
  if (d.sliceChannels >= d.c) return applyView(d.activation, to, from, pixels, d.c, scale, shift);
  const first = from + (<usize> band.channel << 2), pitch = <usize> d.c << 2;
  applySlice(d.activation, to, SLICE_BYTES, first, pitch, pixels, band.channels, scale, shift);
}

/** Zeros some pixels without a call of memory.fill: they are few, and two a row. */
function zeroPixels(to: usize, bytes: usize): void {
  const end = to + bytes;
  for (; to + 16 <= end; to += 16) v128.store(to, f32x4.splat(0));
  for (; to < end; to += 4) store<f32>(to, 0);
}

/** Copies one input row between its zeros. */
function copyRow(d: Convolution, to: usize, from: usize): void {
  const side = <usize> d.padding * bandPixelBytes(d), inner = <usize> d.w * bandPixelBytes(d);
  zeroPixels(to, side);
  copyPixels(d, to + side, from, d.w);
  zeroPixels(to + side + inner, side);
}

/** Copies the input rows that the band's output rows read. */
function copyBand(d: Convolution): void {
  const first = band.row * d.stride - d.padding, last = first + (band.rows - 1) * d.stride + d.kh;
  const fromBytes = <usize> (d.w * d.c) << 2, toBytes = bandRowBytes(d);
  let to = d.band;
  for (let image = band.image; image < band.image + band.images; image++) {
    const x = d.x + <usize> (image * d.h) * fromBytes;
    if (d.padding == 0) {
      copyPixels(d, to, x + <usize> first * fromBytes, (last - first) * d.w);
      to += <usize> (last - first) * toBytes;
      continue;
    }
    for (let row = first; row < last; row++, to += toBytes) {
      if (row < 0 || row >= d.h) memory.fill(to, 0, toBytes);
      else copyRow(d, to, x + <usize> row * fromBytes);
    }
  }
}

/** The band's input: its copy, made now, or where it lies. */
export function bandInput(d: Convolution): usize {
  if (!d.band) return d.x + (<usize> (firstPixel(d) * d.c) << 2);
  copyBand(d);
  return d.band;
}
