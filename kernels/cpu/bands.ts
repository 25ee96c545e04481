/** How a convolution's output is cut into bands (see assembly/convolution.ts). */
import { type Geometry, isDepthwise } from "../lowering/geometry.ts";

/** The size of a band: some rows of one image, or several whole images. */
export interface Band {
  readonly images: number;
  readonly rows: number;
}

/** The most bytes of a band: a quarter of a second-level cache of 1 MiB, as weights and output need the rest. */
const BAND_BYTES = 256 * 1024;
/** Pixels of a register tile. A band whose pixels are no multiple of it computes a partly empty tile. */
export const TILE_PIXELS = 6;
/** Output channels of a panel. */
export const PANEL = 8;
/**
 * The cost model: multiply-adds a cycle at best; cycles to copy one value into a band; cycles to begin and end a panel.
 */
const MACS_PER_CYCLE = 8;
const CYCLES_PER_COPY = 0.5;
const CYCLES_PER_PANEL = 300;

/** Channels of a slice of a depthwise convolution: as many as fit a cache line. */
const SLICE_CHANNELS = 16;

/**
 * A depthwise convolution takes slices of channels where a band of FEW_ROWS output rows with all channels would exceed
 * FEW_ROWS_BYTES: lower bands would copy too many input rows twice, and larger copies are slow to read.
 */
const FEW_ROWS = 4;
const FEW_ROWS_BYTES = 128 * 1024;

/** Columns of a band's rows, with the zeros on both sides. */
const paddedColumns = ({ w, padding, paddingAfter }: Geometry): number => padding + w + paddingAfter;

/**
 * How many channels a band holds: all, or a slice where the convolution is depthwise and few rows of all channels would
 * fit.
 */
export function sliceChannels(geometry: Geometry): number {
  const { c, o, kh, stride, groups } = geometry;
  const fewRows = ((FEW_ROWS - 1) * stride + kh) * paddedColumns(geometry) * c * 4;
  return isDepthwise({ c, o, groups }) && fewRows > FEW_ROWS_BYTES ? Math.min(c, SLICE_CHANNELS) : c;
}

/** Bytes of one pixel of a band. A slice has a whole cache line, even where fewer channels are left for it. */
function pixelBytes(geometry: Geometry): number {
  return 4 * (sliceChannels(geometry) < geometry.c ? SLICE_CHANNELS : geometry.c);
}

/** Bytes of the padded input rows that a band reads. */
export function bandBytes(geometry: Geometry, { images, rows }: Band): number {
  const { kh, stride } = geometry;
  return images * ((rows - 1) * stride + kh) * paddedColumns(geometry) * pixelBytes(geometry);
}

/** The estimated cycles of a convolution with bands of this size, without those that are the same for every size. */
function cost(geometry: Geometry, band: Band): number {
  const { n, oh, ow, o, c, kh, kw, groups } = geometry;
  const tiled = (rows: number): number => Math.ceil(rows * band.images * ow / TILE_PIXELS) * TILE_PIXELS;
  const whole = Math.floor(oh / band.rows), rest = oh % band.rows;
  const times = Math.ceil(n / band.images), bands = times * (whole + Math.sign(rest));
  const pixels = times * (whole * tiled(band.rows) + (rest && tiled(rest)));
  const macs = pixels * kh * kw * (c / groups) * o;
  const copied = bands * bandBytes(geometry, band) / 4 * Math.ceil(c / sliceChannels(geometry));
  return macs / MACS_PER_CYCLE + bands * Math.ceil(o / PANEL) * CYCLES_PER_PANEL + copied * CYCLES_PER_COPY;
}

/** Every size of band whose input fits: first more rows of one image, then more whole images. */
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

/** The size of band with the lowest estimated cost. */
export function chooseBand(geometry: Geometry): Band {
  return candidates(geometry).reduce((best, band) => cost(geometry, band) < cost(geometry, best) ? band : best);
}

/**
 * The most input bytes of a band of a weight's gradient. All tiles read the band again, so it should stay in a cache.
 */
const GRADIENT_BAND_BYTES = 64 * 1024;

/**
 * The most pixels that a weight's gradient sums in float32 before it adds them in float64. Where channels are nearly
 * constant, gradients are small sums of large terms that all round the same way (SynFlow with batch normalisation: up
 * to 2.6 % of its score): 128 pixels halve these errors and take 4 % longer; 64 would reduce them to a fifth and take
 * 14 % longer.
 */
const GRADIENT_BAND_PIXELS = 128;

/** The size of band for a weight's gradient: the largest within both limits, or else the smallest there is. */
export function chooseGradientBand(geometry: Geometry): Band {
  const bands = candidates(geometry);
  const fits = (band: Band): boolean =>
    bandBytes(geometry, band) <= GRADIENT_BAND_BYTES && band.images * band.rows * geometry.ow <= GRADIENT_BAND_PIXELS;
  return bands.filter(fits).at(-1) ?? bands[0]!;
}
