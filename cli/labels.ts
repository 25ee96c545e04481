/** What the classes of a network are called. */
import { dataSetClasses } from "../core/images/mod.ts";
import { openDataFolder, openSplit, readText } from "../core/io/mod.ts";
import { UsageError } from "./errors.ts";

async function isFolder(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined))?.isDirectory === true;
}

async function namesIn(source: string): Promise<readonly string[]> {
  const known = dataSetClasses.get(source);
  if (known) return known;
  if (await isFolder(source)) return (await openSplit(await openDataFolder(source))).classes;
  return (await readText(source, "labels")).trimEnd().split(/\r?\n/);
}

/**
 * The names that `--labels` takes: those of a data set by its name or in its folder, or the lines of a file. Throws
 * UsageError for another number of them than the network has classes, DataSetError.
 */
export async function readLabels(source: string, classes: number): Promise<readonly string[]> {
  const names = await namesIn(source);
  if (names.length === classes) return names;
  throw new UsageError(`Cannot name the classes as ${source} must hold ${classes} names: got ${names.length}`);
}
