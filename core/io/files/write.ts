/** Writing files whole or not at all. */
import { dirname, join } from "node:path";
import { asFileError } from "./error.ts";

/** The bits of a file's mode that are permissions. */
const PERMISSIONS = 0o7777;

/** How a file is written. */
export interface WriteOptions {
  /** The permission bits of a new file, less those that the process masks. Default: 0o666; an old file keeps its own. */
  readonly mode?: number;
}

/**
 * Writes a file by a rename: whatever happens meanwhile, it is the whole old one or the whole new one. The new one is
 * written beside it, flushed to the disk, and removed again where that fails. What a symbolic link leads to is replaced,
 * not the link. A pipe or device is written to directly. Throws FileError.
 *
 * @example
 * ```ts
 * import { replaceFile } from "@zennas/zennas";
 * const path = `${await Deno.makeTempDir()}/best_structure.txt`;
 * replaceFile(path, "SuperConvK3BNRELU(3,8,1,1)\n");
 * if (!(await Deno.readTextFile(path)).startsWith("SuperConv")) throw new Error("lost");
 * ```
 */
export function replaceFile(path: string, content: string | Uint8Array, options: WriteOptions = {}): void {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  try {
    const old = statIfThere(path);
    if (old && !old.isFile) return Deno.writeFileSync(path, bytes);
    const target = old ? Deno.realPathSync(path) : path;
    const mode = old?.mode ? old.mode & PERMISSIONS : undefined;
    renameOnto(target, (temporary) => {
      writeNew(temporary, bytes, { mode, ...options });
      if (mode !== undefined) Deno.chmodSync(temporary, mode); // what the process masks too
    });
  } catch (cause) {
    throw asFileError("write", path, cause);
  }
}

/**
 * Throws FileError where {@link replaceFile} could not write the file, so that a command can say so before it computes what
 * goes into it.
 */
export function requireWritable(path: string): void {
  try {
    const old = statIfThere(path);
    if (old?.isDirectory) throw new Deno.errors.IsADirectory("Is a directory (os error 21)");
    if (old && !old.isFile) return;
    const temporary = join(dirname(old ? Deno.realPathSync(path) : path), `.zen-${crypto.randomUUID()}.new`);
    writeNew(temporary, new Uint8Array(), {});
    removeIfThere(temporary);
  } catch (cause) {
    throw asFileError("write", path, cause);
  }
}

function statIfThere(path: string): Deno.FileInfo | undefined {
  try {
    return Deno.statSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Lets `write` make a file beside the target, and renames it. */
function renameOnto(target: string, write: (temporary: string) => void): void {
  const temporary = join(dirname(target), `.zen-${crypto.randomUUID()}.new`);
  try {
    write(temporary);
    Deno.renameSync(temporary, target);
  } catch (error) {
    removeIfThere(temporary);
    throw error;
  }
}

function writeNew(path: string, bytes: Uint8Array, { mode }: { readonly mode?: number | undefined }): void {
  using file = Deno.openSync(path, { write: true, createNew: true, ...(mode !== undefined && { mode }) });
  for (let done = 0; done < bytes.length;) done += file.writeSync(bytes.subarray(done));
  file.syncSync();
}

function removeIfThere(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
