/** The interface of data sets: images with labels, by number. */
import type { NormalizationName, RgbImage } from "../../images/mod.ts";
import { decodeFile } from "./decode.ts";

/** What is decoded into an image: a file, or pixels. */
export type ImageSource = { readonly path: string } | RgbImage;

/** The images of one split. Their order is that of the files, by name. */
export interface DataSet {
  /** Such as `CIFAR-10`; the folder's name where it is nothing published. */
  readonly name: string;
  /** Such as `train` or `test`. */
  readonly split: string;
  /** Names by label. */
  readonly classes: readonly string[];
  /** Images. */
  readonly count: number;
  /** Rows and columns where all images have the same; undefined where they have sizes of their own. */
  readonly imageSize: number | undefined;
  /** The class of image `index`, 0 … classes − 1. */
  label(index: number): number;
  /** What a person finds image `index` by: a file, or a file and a number in it. */
  nameOf(index: number): string;
  /** Image `index`, not decoded where it is a file. */
  source(index: number): ImageSource;
}

/** A data set on disk with its splits. */
export interface DataFolder {
  /** How it is stored, such as `cifar10-binary` or `image-folders`. */
  readonly kind: string;
  /** Such as `CIFAR-10`; the folder's name where it is nothing published. */
  readonly name: string;
  /** Names of the splits that are there, at least one. */
  readonly splits: readonly string[];
  /** Files that have published checksums, or would have them. */
  readonly files: readonly string[];
  /** The normalisation that networks for it were trained with. */
  readonly normalization: NormalizationName;
  /** Opens a split. Throws DataSetError for files that do not hold what they should. */
  open(split: string): Promise<DataSet>;
}

/** Decodes image `index`. Throws BrokenImageError, RangeError for an index that is not there. */
export async function readImage(data: DataSet, index: number): Promise<RgbImage> {
  if (!(Number.isInteger(index) && index >= 0 && index < data.count)) {
    throw new RangeError(`Cannot read an image as ${data.split} has 0 … ${data.count - 1}: got ${index}`);
  }
  const source = data.source(index);
  return "path" in source ? await decodeFile(source.path) : source;
}
