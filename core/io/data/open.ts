/** Finding out what data set a folder holds. */
import { join } from "node:path";
import { cifarForms, findCifar } from "./cifar.ts";
import type { DataFolder, DataSet } from "./data_set.ts";
import { DataSetError } from "./error.ts";
import { findImageFolders, folderForms } from "./image_folders.ts";
import { findMnist, mnistForms } from "./mnist.ts";
import { statOf } from "./place.ts";

/** Where data sets are kept unless told otherwise, in the user's own folder; Zen-NAS looks for them there. */
const defaultPlaces: Readonly<Record<string, string>> = {
  imagenet: "data/imagenet",
  cifar10: "data/pytorch_cifar10",
  cifar100: "data/pytorch_cifar100",
};

/** Names that stand for a place in the user's own folder. */
export const dataSetPlaces: readonly string[] = Object.keys(defaultPlaces);

/** The folder of a data set: a path as it is, one of {@link dataSetPlaces} as Zen-NAS's folder for it. */
export async function dataPath(pathOrName: string): Promise<string> {
  const place = defaultPlaces[pathOrName], home = Deno.env.get("HOME") ?? Deno.env.get("USERPROFILE");
  if (place === undefined || home === undefined || await statOf(pathOrName)) return pathOrName;
  return join(home, place);
}

/** Kinds of data sets that are recognised, for a person. */
export const recognisedData: readonly string[] = [...cifarForms, ...mnistForms, ...folderForms];

/** The data set at a path: CIFAR's and MNIST's files, or folders of classes; undefined where none is recognised. */
export async function findDataFolder(path: string): Promise<DataFolder | undefined> {
  for (const find of [findCifar, findMnist, findImageFolders]) {
    const found = await find(path);
    if (found) return found;
  }
  return undefined;
}

/**
 * The data set at a path, or at one of {@link dataSetPlaces}: CIFAR's and MNIST's files, or folders of classes. Files are
 * read when a split is opened. Throws DataSetError for a path that is missing or holds none.
 */
export async function openDataFolder(pathOrName: string): Promise<DataFolder> {
  const path = await dataPath(pathOrName);
  if (!await statOf(path)) throw new DataSetError(path, "there is no file or folder that may be read");
  const found = await findDataFolder(path);
  if (found) return found;
  throw new DataSetError(
    path,
    `no data set is recognised in it; recognised are\n${recognisedData.map((form) => `    ${form}`).join("\n")}`,
  );
}

/** The names of splits that are held out of training, best first. */
export const heldOutSplits: readonly string[] = ["val", "valid", "validation", "test"];

/** The first of a list of splits that is there. */
const evaluated = [...heldOutSplits, "all"];

/**
 * A split of a data set; without a name the one to evaluate on: val, else test, else all there is. Throws DataSetError for
 * a split that is not there.
 */
export async function openSplit(folder: DataFolder, split?: string): Promise<DataSet> {
  const wanted = split ?? evaluated.find((name) => folder.splits.includes(name)) ?? folder.splits[0]!;
  if (folder.splits.includes(wanted)) return await folder.open(wanted);
  throw new DataSetError(folder.name, `its splits are ${folder.splits.join(", ")}: got ${wanted}`);
}
