/** Reading everything in a data set, to know what is there and what is broken. */
import { median } from "../../numeric/statistics.ts";
import type { BrokenFile } from "./batches.ts";
import { type Checksum, checksumOf } from "./checksums.ts";
import type { DataFolder, DataSet } from "./data_set.ts";
import { DataSetError } from "./error.ts";
import { defaultThreads, ImageWorkers } from "./workers.ts";

/** What is in a split. */
export interface SplitReport {
  /** Its name. */
  readonly split: string;
  /** How many there are. */
  readonly images: number;
  /** How many were decoded: fewer than there are after a limit or an interrupt. */
  readonly checked: number;
  /** How many classes there are. */
  readonly classes: number;
  /** Images of the classes with fewest and most of them, and the median. */
  readonly perClass: { readonly min: number; readonly median: number; readonly max: number };
  /** Classes without an image. */
  readonly emptyClasses: readonly string[];
  /** Columns and rows of the images with fewest and most pixels; nothing where none was decoded. */
  readonly sizes: { readonly smallest: ImageSize; readonly largest: ImageSize } | undefined;
  /** Images that cannot be decoded. */
  readonly broken: readonly BrokenFile[];
}

/** Columns and rows. */
export type ImageSize = readonly [width: number, height: number];

/** A split whose files cannot be read at all. */
export interface UnreadableSplit {
  /** Its name. */
  readonly split: string;
  /** The file or folder. */
  readonly file: string;
  /** What is wrong with it. */
  readonly broken: string;
}

/** What is in a data set. */
export interface DataReport {
  /** Splits that could be opened. */
  readonly splits: readonly SplitReport[];
  /** Splits that could not. */
  readonly unreadable: readonly UnreadableSplit[];
  /** Sums of files that are the data set; images have none. */
  readonly checksums: readonly Checksum[];
}

/** How to check. */
export interface CheckOptions {
  /** The first so many images of each split; default: all. */
  readonly limit?: number | undefined;
  /** Threads that decode; default: one a core, at most 16. */
  readonly workers?: number | undefined;
  /** Ends the check; the report has what was checked. */
  readonly signal?: AbortSignal | undefined;
  /** Told how far it is. */
  readonly progress?: ((done: CheckProgress) => void) | undefined;
}

/** How far a check is. */
export interface CheckProgress {
  /** The split, or a file whose sum is computed. */
  readonly what: string;
  /** Images decoded. */
  readonly checked: number;
  /** Images to decode. */
  readonly of: number;
  /** Broken ones among them. */
  readonly broken: number;
}

/** Whether nothing is wrong: every split can be opened, no image is broken, no file differs from the published one. */
export function isSound({ splits, unreadable, checksums }: DataReport): boolean {
  return unreadable.length === 0 && splits.every(({ broken }) => broken.length === 0) &&
    checksums.every(({ state }) => state !== "differs");
}

/** Checks a data set: opens its splits, decodes their images, and compares its files with published sums. */
export async function checkData(folder: DataFolder, options: CheckOptions = {}): Promise<DataReport> {
  const splits: SplitReport[] = [], unreadable: UnreadableSplit[] = [], checksums: Checksum[] = [];
  using workers = new ImageWorkers(options.workers ?? defaultThreads());
  for (const split of folder.splits) {
    if (options.signal?.aborted) break;
    options.progress?.({ what: split, checked: 0, of: 0, broken: 0 });
    try {
      splits.push(await checkSplit(await folder.open(split), { ...options, decoders: workers }));
    } catch (cause) {
      if (!(cause instanceof DataSetError)) throw cause;
      unreadable.push({ split, file: cause.path, broken: cause.reason });
    }
  }
  for (const path of folder.files) {
    if (options.signal?.aborted) break;
    options.progress?.({ what: path, checked: 0, of: 0, broken: 0 });
    checksums.push(await checksumOf(path));
  }
  return { splits, unreadable, checksums };
}

/** Images that are decoded while the oldest is waited for, for each thread. */
const AHEAD = 4;

type SplitOptions = CheckOptions & { readonly decoders: ImageWorkers };

async function checkSplit(data: DataSet, options: SplitOptions): Promise<SplitReport> {
  const counts = new Array<number>(data.classes.length).fill(0);
  for (let index = 0; index < data.count; index++) counts[data.label(index)]!++;
  const sorted = counts.toSorted((a, b) => a - b);
  return {
    split: data.split,
    images: data.count,
    classes: data.classes.length,
    perClass: { min: sorted[0]!, median: median(counts), max: sorted.at(-1)! },
    emptyClasses: data.classes.filter((_, label) => counts[label] === 0),
    ...await decodeAll(data, options),
  };
}

type Decoded = Pick<SplitReport, "checked" | "sizes" | "broken">;

/** Decodes the images of files; those in memory cannot be broken. */
async function decodeAll(
  data: DataSet,
  { limit = data.count, signal, progress, ...options }: SplitOptions,
): Promise<Decoded> {
  if (data.imageSize !== undefined) {
    const size = [data.imageSize, data.imageSize] as const;
    return { checked: data.count, sizes: { smallest: size, largest: size }, broken: [] };
  }
  const { decoders, workers = defaultThreads() } = options, of = Math.min(limit, data.count);
  const broken: BrokenFile[] = [], begun: ReturnType<ImageWorkers["prepare"]>[] = [];
  let checked = 0, smallest: ImageSize | undefined, largest: ImageSize | undefined;
  for (let next = 0; checked < of && !signal?.aborted; checked++) {
    while (next < of && begun.length < AHEAD * workers) begun.push(decoders.prepare({ source: data.source(next++) }));
    const image = await begun.shift()!;
    if ("broken" in image) broken.push({ index: checked, file: data.nameOf(checked), broken: image.broken });
    else {
      const size = [image.width, image.height] as const;
      if (!smallest || area(size) < area(smallest)) smallest = size;
      if (!largest || area(size) > area(largest)) largest = size;
    }
    progress?.({ what: data.split, checked: checked + 1, of, broken: broken.length });
  }
  await Promise.all(begun);
  return { checked, broken, sizes: smallest && largest && { smallest, largest } };
}

const area = ([width, height]: ImageSize): number => width * height;
