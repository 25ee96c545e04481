/** Images in one folder a class, as ImageNet is kept: `val/n01440764/….JPEG`. */
import { basename, join, relative, resolve } from "node:path";
import type { DataFolder, DataSet } from "./data_set.ts";
import { DataSetError, dataSetError } from "./error.ts";
import { statOf } from "./place.ts";

/** What {@link findImageFolders} takes, for a person. */
export const folderForms: readonly string[] = [
  "folders of classes: train/<class>/… and val/<class>/… as ImageNet's, or <class>/… alone",
];

/** Folders that are splits where they hold folders of classes. */
const splitNames = ["train", "val", "valid", "validation", "test"];
/** The split of a folder that has none. */
const WHOLE = "all";
/** What torchvision takes for images, by the ends of their names. */
const IMAGE = /\.(jpe?g|png|ppm|bmp|pgm|tiff?|webp)$/i;
/** Folders within the folder of a class. */
const DEEPEST = 16;

/** Files and folders in a folder but hidden ones, links followed, by name in the order of code units. */
async function entriesOf(path: string): Promise<{ files: string[]; folders: string[] }> {
  const files: string[] = [], folders: string[] = [];
  try {
    for await (const entry of Deno.readDir(path)) {
      if (entry.name.startsWith(".")) continue; // what systems and editors leave there is no class
      const stat = entry.isSymlink ? await statOf(join(path, entry.name)) : entry;
      if (stat?.isDirectory) folders.push(entry.name);
      else if (stat?.isFile || entry.isSymlink) files.push(entry.name);
    }
  } catch (cause) {
    throw dataSetError(path, cause);
  }
  return { files: files.sort(), folders: folders.sort() };
}

/** Images in a folder and in the folders in it: those of a folder first, by name. */
async function imagesIn(path: string, depth = 0): Promise<string[]> {
  if (depth > DEEPEST) {
    throw new DataSetError(path, `folders of a class are at most ${DEEPEST} deep, or a link is a loop`);
  }
  const { files, folders } = await entriesOf(path);
  const images = [files.filter((name) => IMAGE.test(name)).map((name) => join(path, name))];
  for (const folder of folders) images.push(await imagesIn(join(path, folder), depth + 1));
  return images.flat();
}

/** Whether a folder holds an image, itself or one folder further in, as Tiny ImageNet's classes do. */
async function holdsImages(path: string, depth = 1): Promise<boolean> {
  const { files, folders } = await entriesOf(path);
  if (files.some((name) => IMAGE.test(name))) return true;
  for (const folder of depth > 0 ? folders : []) if (await holdsImages(join(path, folder), depth - 1)) return true;
  return false;
}

/** Whether some of these folders are classes. */
async function areClasses(path: string, folders: readonly string[]): Promise<boolean> {
  for (const folder of folders) if (await holdsImages(join(path, folder))) return true;
  return false;
}

/** Folders of classes by split; a split that holds images alone is refused. */
async function splitsOf(path: string): Promise<ReadonlyMap<string, readonly string[]> | undefined> {
  const { folders } = await entriesOf(path), splits = new Map<string, readonly string[]>();
  for (const name of folders.filter((folder) => splitNames.includes(folder))) {
    const inner = await entriesOf(join(path, name));
    if (await areClasses(join(path, name), inner.folders)) splits.set(name, inner.folders);
    else if (inner.files.some((file) => IMAGE.test(file))) {
      throw new DataSetError(join(path, name), "images must be in a folder for each class: got images alone");
    }
  }
  if (splits.size > 0) return splits;
  return await areClasses(path, folders) ? new Map([[WHOLE, folders]]) : undefined;
}

/** Folders of classes at a path; nothing where there are none. Throws DataSetError for images without classes. */
export async function findImageFolders(path: string): Promise<DataFolder | undefined> {
  if (!(await statOf(path))?.isDirectory) return undefined;
  const splits = await splitsOf(path);
  if (!splits) return undefined;
  // A class that one split lacks must not move the labels of those behind it.
  const classes = [...new Set([...splits.values()].flat())].sort(), name = basename(resolve(path));
  return {
    kind: "image-folders",
    name,
    files: [],
    splits: [...splits.keys()],
    normalization: "imagenet",
    open: async (split) => await openFolders(path, { name, split, classes, there: splits.get(split)! }),
  };
}

/** The classes of a split, and which of them have a folder in it. */
interface Folders {
  readonly name: string;
  readonly split: string;
  readonly classes: readonly string[];
  readonly there: readonly string[];
}

async function openFolders(path: string, { name, split, classes, there }: Folders): Promise<DataSet> {
  const root = split === WHOLE ? path : join(path, split), paths: string[] = [], labels: number[] = [];
  for (const [label, name] of classes.entries()) {
    if (!there.includes(name)) continue;
    for (const image of await imagesIn(join(root, name))) {
      paths.push(image);
      labels.push(label);
    }
  }
  if (paths.length === 0) throw new DataSetError(root, "its folders must hold images: got none");
  return dataSetOf({ path, name, split, classes, files: { paths, labels } });
}

/** Files as a data set: a path and a label for each. */
function dataSetOf(
  { path, files: { paths, labels }, ...named }: Pick<DataSet, "name" | "split" | "classes"> & {
    readonly path: string;
    readonly files: { readonly paths: readonly string[]; readonly labels: readonly number[] };
  },
): DataSet {
  return {
    ...named,
    count: paths.length,
    imageSize: undefined,
    label: (index) => labels[index]!,
    nameOf: (index) => relative(path, paths[index]!),
    source: (index) => ({ path: paths[index]! }),
  };
}

/** The pictures in a folder, without classes: all have label 0. Undefined where there are none, or no folder. */
export async function openPictures(path: string): Promise<DataSet | undefined> {
  if (!(await statOf(path))?.isDirectory) return undefined;
  const { files } = await entriesOf(path), paths = files.filter((name) => IMAGE.test(name));
  if (paths.length === 0) return undefined;
  const all = { paths: paths.map((name) => join(path, name)), labels: paths.map(() => 0) };
  return dataSetOf({ path, name: basename(resolve(path)), split: WHOLE, classes: [], files: all });
}
