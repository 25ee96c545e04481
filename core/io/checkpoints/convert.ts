/** Writes the tensors of a file of weights in another format. */
import { AtomicFile } from "./atomic_file.ts";
import { CheckpointError } from "./error.ts";
import type { Checkpoint, CheckpointFormat } from "./open.ts";
import { writeSafetensors } from "./safetensors/write.ts";
import { writeTorch } from "./torch/write.ts";

/** How a file is written. */
export interface ConvertOptions {
  /** Aborts the writing; nothing is left of the file then. */
  readonly signal?: AbortSignal;
  /** Called as bytes are written, with the bytes of elements written so far and in all. */
  readonly onProgress?: (written: number, total: number) => void;
}

/** The format that is written to a file with this name. Throws CheckpointError `format`. */
export function writtenFormat(path: string): Exclude<CheckpointFormat, "pytorch-legacy"> {
  if (/\.safetensors$/i.test(path)) return "safetensors";
  if (/\.(pt|pth|th)$/i.test(path)) return "pytorch-zip";
  const rule = "the name ends in .pt, .pth, .th or .safetensors";
  throw new CheckpointError("format", `Cannot write ${path} as ${rule}`, { path });
}

/**
 * Writes all tensors of a file of weights to another, in the format that its name tells: `.pt`, `.pth` and `.th` are zips
 * that `torch.load(weights_only=True)` opens, `.safetensors` the other. Names are without `module.`, bits are the same.
 * The file appears when it is whole, in place of one that was there; it may be the one that is read. Returns its format
 * and size. Throws CheckpointError, Deno's errors, and what the signal aborts with.
 */
export async function convertCheckpoint(
  checkpoint: Checkpoint,
  path: string,
  { signal, onProgress }: ConvertOptions = {},
): Promise<{ readonly format: CheckpointFormat; readonly bytes: number }> {
  const format = writtenFormat(path), tensors = [...checkpoint.tensors.values()];
  using file = new AtomicFile(path, { signal, onWrite: progressOf(tensors, onProgress) });
  await (format === "safetensors" ? writeSafetensors : writeTorch)(file, tensors);
  file.commit();
  return { format, bytes: file.bytes };
}

function progressOf(tensors: readonly { readonly bytes: number }[], onProgress: ConvertOptions["onProgress"]) {
  const total = tensors.reduce((sum, { bytes }) => sum + bytes, 0);
  return (bytes: number): void => onProgress?.(Math.min(bytes, total), total);
}
