/** Image files as the RGB that Pillow's `Image.open(file).convert("RGB")` makes of them. */
import type SharpLibrary from "npm:sharp@0.35.5";
import type { Metadata, Sharp, SharpOptions } from "npm:sharp@0.35.5";
import type { RgbImage } from "../../images/mod.ts";
import { importPackage } from "../packages.ts";
import { BrokenImageError, reasonOf } from "./error.ts";

/** Pillow refuses images with more pixels as decompression bombs: it is twice its MAX_IMAGE_PIXELS. */
const MOST_PIXELS = 178_956_970;
/** Larger files are no photographs; they are refused before they are read. */
const MOST_BYTES = 1 << 28;

/** Profiles are not applied; what a decoder only warns of is no error, but an early end is. */
const reading: SharpOptions = { ignoreIcc: true, failOn: "truncated", limitInputPixels: MOST_PIXELS };

/** The library that decodes. */
export async function importSharp(): Promise<typeof SharpLibrary> {
  return (await importPackage<{ readonly default: typeof SharpLibrary }>("sharp")).default;
}

/** How an image is decoded. */
export interface DecodeOptions {
  /** Whether it is turned as its EXIF orientation says; default: as Pillow, which turns TIFF alone. */
  readonly oriented?: boolean;
}

/** Decodes a file. Throws BrokenImageError for one that is missing, no image, truncated, or too large. */
export async function decodeFile(path: string, options?: DecodeOptions): Promise<RgbImage> {
  return await decodeImage(await bytesOf(path), options);
}

async function bytesOf(path: string): Promise<Uint8Array> {
  try {
    const { isFile, size } = await Deno.stat(path);
    if (!isFile) throw new BrokenImageError("it is no file");
    if (size > MOST_BYTES) throw new BrokenImageError(`it is larger than ${MOST_BYTES} bytes: got ${size}`);
    // deno-lint-ignore zennas/one-door -- checked above, in words of data sets; one call an image is fastest
    return await Deno.readFile(path);
  } catch (cause) {
    throw broken(cause);
  }
}

/** Decodes the bytes of a file. Throws BrokenImageError. */
export async function decodeImage(
  bytes: Uint8Array,
  { oriented = false }: DecodeOptions = {},
): Promise<RgbImage> {
  if (bytes.length === 0) throw new BrokenImageError("it is empty");
  const sharp = await importSharp();
  try {
    const image = sharp(bytes, reading);
    const decode = decoderOf(await image.metadata());
    return await decode(oriented ? image.autoOrient() : image);
  } catch (cause) {
    throw broken(cause);
  }
}

function broken(cause: unknown): BrokenImageError {
  if (cause instanceof BrokenImageError) return cause;
  const lines = reasonOf(cause).split("\n").map((line) => line.trim().replace(/:$/, "")).filter((line) => line !== "");
  return new BrokenImageError([...new Set(lines)].join("; "), { cause });
}

type Decoder = (image: Sharp) => Promise<RgbImage>;

/**
 * How Pillow converts to RGB: alpha is dropped, not composed; of 16 bits the upper 8 are taken, but grey 16 bits are cut
 * off at 255; CMYK is computed without a profile; of all formats TIFF alone is turned by its orientation.
 */
function decoderOf({ space, hasAlpha, format }: Metadata): Decoder {
  if (space === "cmyk") return fromCmyk;
  if (space === "grey16" && !hasAlpha) return fromGrey16;
  return (image) => fromRgb(format === "tiff" ? image.autoOrient() : image);
}

async function fromRgb(image: Sharp): Promise<RgbImage> {
  const { data, info } = await image.removeAlpha().toColourspace("srgb").raw().toBuffer({ resolveWithObject: true });
  if (info.channels !== 3) throw new BrokenImageError(`it has no red, green and blue: got ${info.channels} channels`);
  return { width: info.width, height: info.height, pixels: data };
}

async function fromGrey16(image: Sharp): Promise<RgbImage> {
  const { data, info } = await image.toColourspace("grey16").raw({ depth: "ushort" }).toBuffer({
    resolveWithObject: true,
  });
  const { width, height } = info, pixels = new Uint8Array(width * height * 3);
  const values = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at < width * height; at++) {
    pixels.fill(Math.min(255, values.getUint16(at * 2, true)), at * 3, at * 3 + 3);
  }
  return { width, height, pixels };
}

async function fromCmyk(image: Sharp): Promise<RgbImage> {
  const { data, info } = await image.pipelineColourspace("cmyk").toColourspace("cmyk").raw().toBuffer({
    resolveWithObject: true,
  });
  const { width, height } = info, pixels = new Uint8Array(width * height * 3);
  for (let at = 0; at < width * height; at++) {
    const light = 255 - data[at * 4 + 3]!;
    for (let ink = 0; ink < 3; ink++) pixels[at * 3 + ink] = light - scaled(data[at * 4 + ink]!, light);
  }
  return { width, height, pixels };
}

/** `value · factor / 255`, rounded. */
function scaled(value: number, factor: number): number {
  const product = value * factor + 128;
  return ((product >> 8) + product) >> 8;
}
