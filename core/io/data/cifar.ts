/** CIFAR-10 and CIFAR-100 (A. Krizhevsky, 2009, https://www.cs.toronto.edu/~kriz/cifar.html). */
import { basename } from "node:path";
import { cifar100Classes, cifar10Classes } from "../../images/mod.ts";
import { readCifarPickle } from "./cifar_pickle.ts";
import type { DataFolder, DataSet } from "./data_set.ts";
import { DataSetError } from "./error.ts";
import { packedDataSet, type PackedImages } from "./packed.ts";
import { type DataPlace, findPlace, type PublishedForm } from "./place.ts";

const SIZE = 32;
const PIXEL_BYTES = 3 * SIZE * SIZE;
/** The most bytes of a published file: CIFAR-100's training images, each with labels and a file name. */
const MOST_BYTES = 50_000 * (PIXEL_BYTES + 128);

/** A form that one of the two is published in. */
interface CifarForm extends PublishedForm {
  readonly kind: string;
  readonly name: string;
  readonly classes: readonly string[];
  readonly splits: Readonly<Record<string, readonly string[]>>;
  /** Takes a file apart. Throws DataSetError. */
  read(bytes: Uint8Array, path: string): PackedImages;
}

/** Records of labels, the last of which is the class, and three planes. */
function recordsWith(labelBytes: number): CifarForm["read"] {
  const stride = labelBytes + PIXEL_BYTES;
  return (bytes, path) => {
    if (bytes.length === 0 || bytes.length % stride !== 0) {
      throw new DataSetError(path, `images of ${stride} bytes each: got ${bytes.length} bytes`);
    }
    const labels = Uint8Array.from({ length: bytes.length / stride }, (_, at) => bytes[at * stride + labelBytes - 1]!);
    return { path, bytes, offset: labelBytes, stride, labels };
  };
}

/** A pickle whose list `key` has the classes. */
function pickleWith(key: string): CifarForm["read"] {
  return (bytes, path) => ({ path, offset: 0, stride: PIXEL_BYTES, ...readCifarPickle(bytes, { path, key }) });
}

const numbers = [1, 2, 3, 4, 5];
const batches = numbers.map((number) => `data_batch_${number}`);

const forms: readonly CifarForm[] = [
  {
    kind: "cifar10-binary",
    name: "CIFAR-10",
    folder: "cifar-10-batches-bin",
    archive: "cifar-10-binary.tar.gz",
    names: [...batches.map((name) => `${name}.bin`), "test_batch.bin"],
    splits: { train: batches.map((name) => `${name}.bin`), test: ["test_batch.bin"] },
    classes: cifar10Classes,
    read: recordsWith(1),
  },
  {
    kind: "cifar100-binary",
    name: "CIFAR-100",
    folder: "cifar-100-binary",
    archive: "cifar-100-binary.tar.gz",
    names: ["train.bin", "test.bin"],
    splits: { train: ["train.bin"], test: ["test.bin"] },
    classes: cifar100Classes,
    read: recordsWith(2),
  },
  {
    kind: "cifar10-python",
    name: "CIFAR-10",
    folder: "cifar-10-batches-py",
    archive: "cifar-10-python.tar.gz",
    names: [...batches, "test_batch"],
    splits: { train: batches, test: ["test_batch"] },
    classes: cifar10Classes,
    read: pickleWith("labels"),
  },
  {
    kind: "cifar100-python",
    name: "CIFAR-100",
    folder: "cifar-100-python",
    archive: "cifar-100-python.tar.gz",
    names: ["train", "test"],
    splits: { train: ["train"], test: ["test"] },
    classes: cifar100Classes,
    read: pickleWith("fine_labels"),
  },
];

/** What {@link findCifar} takes, for a person. */
export const cifarForms: readonly string[] = forms.map(({ name, folder, archive }) =>
  `${name}: ${folder}/, or ${archive}`
);

function folderOf(form: CifarForm, place: DataPlace): DataFolder {
  const { kind, name, splits } = form;
  const there = (split: string): readonly string[] =>
    (splits[split] ?? []).filter((file) => place.names.includes(file));
  return {
    kind,
    name,
    files: place.files,
    splits: Object.keys(splits).filter((split) => there(split).length > 0),
    normalization: "cifar",
    open: async (split) => await openSplit(form, { place, split, names: there(split) }),
  };
}

async function openSplit(
  { name, classes, read }: CifarForm,
  { place, split, names }: { readonly place: DataPlace; readonly split: string; readonly names: readonly string[] },
): Promise<DataSet> {
  const files = await place.read(names, MOST_BYTES);
  const images = files.map((bytes, index) => read(bytes, `${basename(place.path)}/${names[index]}`));
  return packedDataSet({ name, split, classes, imageSize: SIZE, planes: 3 }, images);
}

/** CIFAR-10 or CIFAR-100 at a path; nothing where neither is there. */
export async function findCifar(path: string): Promise<DataFolder | undefined> {
  for (const form of forms) {
    const place = await findPlace(path, form);
    if (place) return folderOf(form, place);
  }
  return undefined;
}
