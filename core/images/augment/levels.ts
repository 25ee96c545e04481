/** Operations that put another level in the place of each: Pillow's ImageOps (src/PIL/ImageOps.py). */
import { CHANNELS, type RgbImage } from "../image.ts";

const LEVELS = 256;

/** Each level of all channels becomes what `level` says. */
export function mapLevels({ width, height, pixels }: RgbImage, level: (from: number) => number): RgbImage {
  const table = new Uint8Array(LEVELS);
  for (let from = 0; from < LEVELS; from++) table[from] = level(from);
  const mapped = new Uint8Array(pixels.length);
  for (let at = 0; at < pixels.length; at++) mapped[at] = table[pixels[at]!]!;
  return { width, height, pixels: mapped };
}

/** The histogram of a channel to the table of its levels; undefined where the channel stays. */
type TableOf = (histogram: Uint32Array) => Uint8Array | undefined;

function mapChannels({ width, height, pixels }: RgbImage, tableOf: TableOf): RgbImage {
  const mapped = pixels.slice();
  for (let channel = 0; channel < CHANNELS; channel++) {
    const histogram = new Uint32Array(LEVELS);
    for (let at = channel; at < pixels.length; at += CHANNELS) histogram[pixels[at]!]!++;
    const table = tableOf(histogram);
    if (!table) continue;
    for (let at = channel; at < pixels.length; at += CHANNELS) mapped[at] = table[pixels[at]!]!;
  }
  return { width, height, pixels: mapped };
}

/** `ImageOps.autocontrast`: in each channel the darkest level becomes 0 and the lightest 255. */
export function autoContrast(image: RgbImage): RgbImage {
  return mapChannels(image, (histogram) => {
    const darkest = histogram.findIndex((count) => count > 0);
    const lightest = histogram.findLastIndex((count) => count > 0);
    if (lightest <= darkest) return undefined;
    const scale = 255 / (lightest - darkest), offset = -darkest * scale, table = new Uint8Array(LEVELS);
    for (let level = darkest; level <= lightest; level++) {
      table[level] = Math.max(0, Math.min(255, Math.trunc(level * scale + offset)));
    }
    return table;
  });
}

/** `ImageOps.equalize`: in each channel every level gets about as many pixels. */
export function equalize(image: RgbImage): RgbImage {
  return mapChannels(image, (histogram) => {
    const total = image.pixels.length / CHANNELS, lightest = histogram.findLast((count) => count > 0)!;
    const step = Math.floor((total - lightest) / 255), table = new Uint8Array(LEVELS);
    if (step === 0) return undefined;
    for (let level = 0, sum = Math.floor(step / 2); level < LEVELS; sum += histogram[level++]!) {
      table[level] = Math.min(255, Math.floor(sum / step));
    }
    return table;
  });
}
