/** How a convolution's output is cut into bands (see assembly/convolution.ts). */
import { type Geometry, isDepthwise } from "../lowering/geometry.ts";

/** Some rows of one image, or several whole images. */
export interface Band {
  readonly images: number;
  readonly rows: number;
}

/** A quarter of a second-level cache of 1 MiB; weights and output take more. */
const BAND_BYTES = 256 * 1024;
/** Pixels of a register tile; a band's last tile may be partly empty. */
export const TILE_PIXELS = 6;
const PANEL_CHANNELS = 8;
/** Multiply-adds a cycle at best; cycles to copy one value into a band, and to begin and end a panel in a band. */
const MACS_PER_CYCLE = 8;
const CYCLES_PER_COPY = 0.5;
const CYCLES_PER_PANEL = 300;

/** Channels that a band of a depthwise convolution holds: a cache line's. */
const SLICE_CHANNELS = 16;

/** Output rows below which a band copies too many input rows twice, and bytes above which their copy is slow to read. */
const FEW_ROWS = 4;
const FEW_ROWS_BYTES = 128 * 1024;

/** How many channels a band holds: all, unless they do not mix and few rows of all of them would fit. */
export function sliceChannels({ w, c, o, kh, stride, padding, groups }: Geometry): number {
  const fewRows = ((FEW_ROWS - 1) * stride + kh) * (w + 2 * padding) * c * 4;
  return isDepthwise({ c, o, groups }) && fewRows > FEW_ROWS_BYTES ? Math.min(c, SLICE_CHANNELS) : c;
}

/** Bytes of a band's pixel; a slice of several has a whole line, whatever channels are left for it. */
function pixelBytes(geometry: Geometry): number {
  return 4 * (sliceChannels(geometry) < geometry.c ? SLICE_CHANNELS : geometry.c);
}

/** Bytes of the padded input rows that a band reads. */
export function bandBytes(geometry: Geometry, { images, rows }: Band): number {
  const { w, kh, stride, padding } = geometry;
  return images * ((rows - 1) * stride + kh) * (w + 2 * padding) * pixelBytes(geometry);
}

/** Cycles that a convolution takes in such bands, not counting what does not depend on them. */
function cost(geometry: Geometry, band: Band): number {
  const { n, oh, ow, o, c, kh, kw, groups } = geometry;
  const tiled = (rows: number): number => Math.ceil(rows * band.images * ow / TILE_PIXELS) * TILE_PIXELS;
  const whole = Math.floor(oh / band.rows), rest = oh % band.rows;
  const times = Math.ceil(n / band.images), bands = times * (whole + Math.sign(rest));
  const pixels = times * (whole * tiled(band.rows) + (rest && tiled(rest)));
  const macs = pixels * kh * kw * (c / groups) * o;
  const copied = bands * bandBytes(geometry, band) / 4 * Math.ceil(c / sliceChannels(geometry));
  return macs / MACS_PER_CYCLE + bands * Math.ceil(o / PANEL_CHANNELS) * CYCLES_PER_PANEL + copied * CYCLES_PER_COPY;
}

/** Bands of some rows of an image, or of whole images, as long as their input fits. */
function candidates(geometry: Geometry): Band[] {
  const { n, oh, ow } = geometry;
  const step = ow === 1 ? TILE_PIXELS : 1;
  const next = ({ images, rows }: Band): Band =>
    rows < oh ? { images, rows: Math.min(oh, rows + step) } : { images: images + 1, rows };
  const bands: Band[] = [];
  let band: Band = { images: 1, rows: Math.min(oh, step) };
  do {
    bands.push(band);
    band = next(band);
  } while (band.images <= n && bandBytes(geometry, band) <= BAND_BYTES);
  return bands;
}

/** The band that wastes least. */
export function chooseBand(geometry: Geometry): Band {
  return candidates(geometry).reduce((best, band) => cost(geometry, band) < cost(geometry, best) ? band : best);
}

/** Input bytes of a band whose tiles all read it again. */
const GRADIENT_BAND_BYTES = 64 * 1024;

/**
 * Pixels that are summed in float32 before they are added in float64. Where channels are nearly constant, gradients are
 * small sums of large terms that all round the same way (SynFlow with batch normalisation: up to 2.6 % of its score):
 * 128 pixels halve their errors and take 4 % longer; 64 would make a fifth of them and take 14 % longer.
 */
const GRADIENT_BAND_PIXELS = 128;

/** The band of a weight's gradient: as many pixels as stay near and may be summed in float32, a row at least. */
export function chooseGradientBand(geometry: Geometry): Band {
  const bands = candidates(geometry);
  const fits = (band: Band): boolean =>
    bandBytes(geometry, band) <= GRADIENT_BAND_BYTES && band.images * band.rows * geometry.ow <= GRADIENT_BAND_PIXELS;
  return bands.filter(fits).at(-1) ?? bands[0]!;
}
