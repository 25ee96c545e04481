/** Data sets whose images are all in memory, one behind the other. */
import type { RgbImage } from "../../images/mod.ts";
import type { DataSet } from "./data_set.ts";
import { DataSetError } from "./error.ts";

/** Images of one file, all of one size. */
export interface PackedImages {
  /** The file. */
  readonly path: string;
  /** Images are `stride` bytes apart, each with its planes at `offset`, rows from the top. */
  readonly bytes: Uint8Array;
  readonly offset: number;
  readonly stride: number;
  /** One a image. */
  readonly labels: Uint8Array;
}

/** What all images have in common. */
export interface PackedForm {
  readonly name: string;
  readonly split: string;
  readonly classes: readonly string[];
  /** Rows and columns. */
  readonly imageSize: number;
  /** 3 planes of red, green and blue, or 1 of grey. */
  readonly planes: 1 | 3;
}

/** A data set of the images of some files. Throws DataSetError for labels that no class has. */
export function packedDataSet(form: PackedForm, files: readonly PackedImages[]): DataSet {
  for (const file of files) checkLabels(file, form.classes.length);
  const ends = files.map((_, last) => files.slice(0, last + 1).reduce((sum, { labels }) => sum + labels.length, 0));
  const place = (index: number): { file: PackedImages; at: number } => {
    const number = ends.findIndex((end) => index < end);
    return { file: files[number]!, at: index - (ends[number - 1] ?? 0) };
  };
  const { planes: _, ...known } = form;
  return {
    ...known,
    count: ends.at(-1) ?? 0,
    label(index) {
      const { file, at } = place(index);
      return file.labels[at]!;
    },
    nameOf(index) {
      const { file, at } = place(index);
      return `${file.path} image ${at}`;
    },
    source(index) {
      const { file, at } = place(index);
      return unpack(file.bytes.subarray(file.offset + at * file.stride), form);
    },
  };
}

function checkLabels({ path, labels }: PackedImages, classes: number): void {
  const wrong = labels.findIndex((label) => label >= classes);
  if (wrong < 0) return;
  throw new DataSetError(path, `labels must be below ${classes}: got ${labels[wrong]} for image ${wrong}`);
}

/** Planes as pixels. */
function unpack(bytes: Uint8Array, { imageSize, planes }: PackedForm): RgbImage {
  const plane = imageSize * imageSize, pixels = new Uint8Array(plane * 3);
  for (let at = 0; at < plane; at++) {
    for (let channel = 0; channel < 3; channel++) pixels[at * 3 + channel] = bytes[at + plane * (channel % planes)]!;
  }
  return { width: imageSize, height: imageSize, pixels };
}
