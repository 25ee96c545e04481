/** MNIST and sets in its form: files of the type IDX (Y. LeCun, C. Cortes, C. Burges). */
import { join } from "node:path";
import { mnistClasses } from "../../images/mod.ts";
import { readPacked } from "./archive.ts";
import type { DataFolder, DataSet } from "./data_set.ts";
import { DataSetError } from "./error.ts";
import { packedDataSet } from "./packed.ts";
import { statOf } from "./place.ts";

/** What {@link findMnist} takes, for a person. */
export const mnistForms: readonly string[] = [
  "MNIST: train-images-idx3-ubyte and so on, also .gz, there or in raw/ or MNIST/raw/",
];

/** How files of a split begin. */
const prefixes: Readonly<Record<string, string>> = { train: "train", test: "t10k" };
/** Ten times MNIST's training images. */
const MOST_BYTES = 600_000 * 784;

/** The two files of a split. */
interface SplitFiles {
  readonly images: string;
  readonly labels: string;
}

async function firstFile(paths: readonly string[]): Promise<string | undefined> {
  for (const path of paths) if ((await statOf(path))?.isFile) return path;
  return undefined;
}

async function filesOf(folder: string, prefix: string): Promise<SplitFiles | undefined> {
  const find = (part: string): Promise<string | undefined> =>
    firstFile(["-idx", ".idx"].flatMap((dash) => {
      const name = join(folder, `${prefix}-${part.replace("-idx", dash)}-ubyte`);
      return [name, `${name}.gz`];
    }));
  const images = await find("images-idx3"), labels = await find("labels-idx1");
  return images && labels ? { images, labels } : undefined;
}

/** The values of an IDX file of bytes with so many dimensions. */
function parseIdx(bytes: Uint8Array, path: string, dimensions: number): { shape: number[]; values: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength), header = 4 + 4 * dimensions;
  if (bytes.length < header || view.getUint32(0) !== 0x0800 + dimensions) {
    throw new DataSetError(path, `an IDX file of bytes in ${dimensions} dimensions, as its first bytes are others`);
  }
  const shape = Array.from({ length: dimensions }, (_, at) => view.getUint32(4 + 4 * at));
  const expected = shape.reduce((product, length) => product * length, 1), values = bytes.subarray(header);
  if (values.length === expected) return { shape, values };
  throw new DataSetError(path, `it must hold ${shape.join(" × ")} bytes as it says: got ${values.length}`);
}

async function openSplit(split: string, { images, labels }: SplitFiles): Promise<DataSet> {
  const pixels = parseIdx(await readPacked(images, MOST_BYTES), images, 3);
  const { values } = parseIdx(await readPacked(labels, MOST_BYTES), labels, 1);
  const [count, height, width] = pixels.shape as [number, number, number];
  if (width !== height || width === 0 || count === 0) {
    throw new DataSetError(images, `it must hold square images: got ${count} of ${width} × ${height}`);
  }
  if (count !== values.length) throw new DataSetError(labels, `it must have ${count} labels: got ${values.length}`);
  const form = { name: "MNIST", split, classes: mnistClasses, imageSize: width, planes: 1 } as const;
  return packedDataSet(form, [{
    path: images,
    bytes: pixels.values,
    offset: 0,
    stride: width * height,
    labels: values,
  }]);
}

/** MNIST's files in a folder, or in `raw/` or `MNIST/raw/` of it; nothing where there are none. */
export async function findMnist(path: string): Promise<DataFolder | undefined> {
  for (const folder of [path, join(path, "raw"), join(path, "MNIST", "raw")]) {
    const found = new Map<string, SplitFiles>();
    for (const [split, prefix] of Object.entries(prefixes)) {
      const files = await filesOf(folder, prefix);
      if (files) found.set(split, files);
    }
    if (found.size > 0) return folderOf(found);
  }
  return undefined;
}

function folderOf(found: ReadonlyMap<string, SplitFiles>): DataFolder {
  return {
    kind: "mnist",
    name: "MNIST",
    files: [...found.values()].flatMap(({ images, labels }) => [images, labels]),
    splits: [...found.keys()],
    normalization: "imagenet",
    open: async (split) => await openSplit(split, found.get(split)!),
  };
}
