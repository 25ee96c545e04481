/** How a convolution's output is cut into bands (see assembly/convolution.ts). */

/** Extents of a convolution, as its kernel sees them. */
export interface Geometry {
  readonly n: number;
  readonly h: number;
  readonly w: number;
  readonly c: number;
  readonly oh: number;
  readonly ow: number;
  readonly o: number;
  readonly kh: number;
  readonly kw: number;
  readonly stride: number;
  readonly padding: number;
  readonly groups: number;
}

/** Some rows of one image, or several whole images. */
export interface Band {
  readonly images: number;
  readonly rows: number;
}

/** Half of a second-level cache is left to a band's input, the rest to weights and output. */
const BAND_BYTES = 128 * 1024;
/** Pixels of a register tile; a band's last tile may be partly empty. */
const TILE_PIXELS = 6;
/** Multiply-adds a cycle at best, and cycles to copy one value into a band: what waste is weighed by. */
const MACS_PER_CYCLE = 8;
const CYCLES_PER_COPY = 0.5;

/** Bytes of the padded input rows that a band reads. */
export function bandBytes({ w, c, kh, stride, padding }: Geometry, { images, rows }: Band): number {
  return images * ((rows - 1) * stride + kh) * (w + 2 * padding) * c * 4;
}

/** Cycles that a convolution takes in such bands, not counting what does not depend on them. */
function cost(geometry: Geometry, band: Band): number {
  const { n, oh, ow, o, c, kh, kw, groups } = geometry;
  const bands = (rows: number): number => Math.ceil(rows * band.images * ow / TILE_PIXELS) * TILE_PIXELS;
  const whole = Math.floor(oh / band.rows), rest = oh % band.rows;
  const times = Math.ceil(n / band.images);
  const pixels = times * (whole * bands(band.rows) + (rest && bands(rest)));
  const copied = times * (whole + Math.sign(rest)) * bandBytes(geometry, band) / 4;
  return pixels * kh * kw * (c / groups) * o / MACS_PER_CYCLE + copied * CYCLES_PER_COPY;
}

function candidates(geometry: Geometry): Band[] {
  const { n, oh } = geometry;
  const rows = Array.from({ length: oh }, (_, index): Band => ({ images: 1, rows: index + 1 }));
  const images = Array.from({ length: n - 1 }, (_, index): Band => ({ images: index + 2, rows: oh }));
  return [...rows, ...images].filter((band, index) => index === 0 || bandBytes(geometry, band) <= BAND_BYTES);
}

/** The band that wastes least. */
export function chooseBand(geometry: Geometry): Band {
  return candidates(geometry).reduce((best, band) => cost(geometry, band) < cost(geometry, best) ? band : best);
}
