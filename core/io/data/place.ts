/** Where the files of a data set are: in a folder, or in a tar.gz beside it. */
import { basename, join } from "node:path";
import { readMembers, readPacked } from "./archive.ts";
import { DataSetError, dataSetError } from "./error.ts";

/** Files that belong together. */
export interface DataPlace {
  /** The folder or archive. */
  readonly path: string;
  /** Paths of what is on disk: the archive, or all files of the folder. */
  readonly files: readonly string[];
  /** Names of the files that are there, of those that were asked for. */
  readonly names: readonly string[];
  /** Files by name. Throws DataSetError for those that are missing, damaged, or have more than `most` bytes. */
  read(names: readonly string[], most: number): Promise<readonly Uint8Array[]>;
}

/** How a published data set is kept. */
export interface PublishedForm {
  /** The folder that the archive unpacks to. */
  readonly folder: string;
  /** The archive's name. */
  readonly archive: string;
  /** Names of all files that hold images. */
  readonly names: readonly string[];
}

/** What there is at a path: nothing where it is missing or must not be read. */
export async function statOf(path: string): Promise<Deno.FileInfo | undefined> {
  try {
    return await Deno.stat(path);
  } catch (cause) {
    const absent = [Deno.errors.NotFound, Deno.errors.NotADirectory, Deno.errors.PermissionDenied];
    if (absent.some((error) => cause instanceof error)) return undefined;
    throw dataSetError(path, cause);
  }
}

async function folderPlace(path: string, { names }: PublishedForm): Promise<DataPlace | undefined> {
  const stats = await Promise.all(names.map((name) => statOf(join(path, name))));
  const there = names.filter((_, index) => stats[index]?.isFile);
  if (there.length === 0) return undefined;
  return {
    path,
    files: there.map((name) => join(path, name)),
    names: there,
    read: (wanted, most) => readAll(wanted.map((name) => join(path, name)), most),
  };
}

async function readAll(paths: readonly string[], most: number): Promise<readonly Uint8Array[]> {
  const files: Uint8Array[] = [];
  for (const path of paths) files.push(await readPacked(path, most));
  return files;
}

function archivePlace(path: string, { folder, names }: PublishedForm): DataPlace {
  return {
    path,
    files: [path],
    names,
    async read(wanted, most) {
      const members = await readMembers(path, { names: wanted.map((name) => `${folder}/${name}`), most });
      return wanted.map((name) => {
        const bytes = members.get(`${folder}/${name}`);
        if (bytes) return bytes;
        throw new DataSetError(path, `it holds ${folder}/${name}: got ${members.size} of ${wanted.length} such files`);
      });
    },
  };
}

/**
 * The files of a published data set at a path: the folder or archive itself, or one in that folder; nothing where there is
 * none. A folder is taken before an archive.
 */
export async function findPlace(path: string, form: PublishedForm): Promise<DataPlace | undefined> {
  const { folder, archive } = form, stat = await statOf(path);
  if (stat?.isFile) return basename(path) === archive ? archivePlace(path, form) : undefined;
  const packed = join(path, archive);
  return await folderPlace(path, form) ?? await folderPlace(join(path, folder), form) ??
    ((await statOf(packed))?.isFile ? archivePlace(packed, form) : undefined);
}
