/**
 * A band: a copy of the input rows that some output rows read, padded with zeros, and with the input's view
 * (normalisation and activation) applied. It holds all channels. For a depthwise convolution it may hold a slice of the
 * channels, at 64 bytes a pixel: its channels do not mix, more rows fit, and fewer rows are copied twice.
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

/** Makes the slice of channels that begins with `channel` the current one. */
export function moveSlice(d: Convolution, channel: i32): void {
  band.channel = channel;
  band.channels = min<i32>(d.sliceChannels, d.c - channel);
}

/** How many bands cover the output, for one slice of channels. */
export function bandCount(d: Convolution): i32 {
  return bandsAcross(d) * bandsDown(d);
}

function bandsAcross(d: Convolution): i32 {
  return (d.n + d.bandImages - 1) / d.bandImages;
}

function bandsDown(d: Convolution): i32 {
  return (d.oh + d.bandRows - 1) / d.bandRows;
}

/** Makes a step's band the current one; steps count bands from the front, or from the back where `backwards`. */
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

/** Bytes of one pixel of a slice: a cache line. */
const SLICE_BYTES: usize = 64;

/** Bytes from one pixel of a band to the next. */
export function bandPixelBytes(d: Convolution): usize {
  return d.sliceChannels < d.c ? SLICE_BYTES : <usize> d.c << 2;
}

/** Bytes from one row of a band to the next. */
export function bandRowBytes(d: Convolution): usize {
  return <usize> (d.padding + d.w + d.paddingAfter) * bandPixelBytes(d);
}

/** For each output pixel, writes the byte offset of the first input value of its window from the start of its band. */
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

/** Copies the view of some pixels: a part of one row, or several whole rows. */
function copyPixels(d: Convolution, to: usize, from: usize, pixels: i32): void {
  const scale = d.scale ? d.scale + (band.channel << 2) : 0, shift = d.shift + (band.channel << 2);
  if (d.sliceChannels >= d.c) return applyView(d.activation, to, from, pixels, d.c, scale, shift);
  const first = from + (<usize> band.channel << 2), pitch = <usize> d.c << 2;
  applySlice(d.activation, to, SLICE_BYTES, first, pitch, pixels, band.channels, scale, shift);
}

/**
 * Sets some pixels to zero. Each row has only a few such pixels at its two ends, so a call of memory.fill would cost
 * more than the stores.
 */
function zeroPixels(to: usize, bytes: usize): void {
  const end = to + bytes;
  for (; to + 16 <= end; to += 16) v128.store(to, f32x4.splat(0));
  for (; to < end; to += 4) store<f32>(to, 0);
}

/** Copies one input row, with the zero padding before and after it. */
function copyRow(d: Convolution, to: usize, from: usize): void {
  const pixelBytes = bandPixelBytes(d), inner = to + <usize> d.padding * pixelBytes;
  zeroPixels(to, <usize> d.padding * pixelBytes);
  copyPixels(d, inner, from, d.w);
  zeroPixels(inner + <usize> d.w * pixelBytes, <usize> d.paddingAfter * pixelBytes);
}

/** Copies the input rows that the band's output rows read. */
function copyBand(d: Convolution): void {
  const first = band.row * d.stride - d.padding, last = first + (band.rows - 1) * d.stride + d.kh;
  const fromBytes = <usize> (d.w * d.c) << 2, toBytes = bandRowBytes(d);
  let to = d.band;
  for (let image = band.image; image < band.image + band.images; image++) {
    const x = d.x + <usize> (image * d.h) * fromBytes;
    if (d.padding + d.paddingAfter == 0) {
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

/** The address of the band's input: a copy that is made now or, where no band is needed, the input tensor itself. */
export function bandInput(d: Convolution): usize {
  if (!d.band) return d.x + (<usize> (firstPixel(d) * d.c) << 2);
  copyBand(d);
  return d.band;
}
