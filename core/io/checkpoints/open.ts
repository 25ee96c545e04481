/** Opens files of weights of every format. */
import { bytesAt, type ByteSource, FileSource, MemorySource, refuse } from "./byte_source.ts";
import { shown } from "./error.ts";
import { FREE_BYTES, MOST_REPETITION } from "./limits.ts";
import { readSafetensors } from "./safetensors/read.ts";
import type { StoredTensor } from "./stored_tensor.ts";
import { readTorchLegacy } from "./torch/legacy_form.ts";
import type { TorchContent } from "./torch/tensors.ts";
import { readTorchZip } from "./torch/zip_form.ts";

/** PyTorch's zip, its older form, and safetensors. */
export type CheckpointFormat = "pytorch-zip" | "pytorch-legacy" | "safetensors";

/** What data-parallel training puts before every name. */
const PARALLEL_PREFIX = "module.";

/** A file of weights that is open: names, shapes and types are known, elements are read when they are asked for. */
export interface Checkpoint extends Disposable {
  /** The file. */
  readonly path: string;
  /** Its size. */
  readonly bytes: number;
  /** Its format, told by its content. */
  readonly format: CheckpointFormat;
  /** The key that the state dict stands under; undefined where it is the whole file. */
  readonly key: string | undefined;
  /** What stood before every name and was taken off: `module.`, or nothing. */
  readonly prefix: string;
  /** Its tensors by name, in the file's order. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

/** How a format is recognised and read. */
interface FormatReader {
  readonly format: CheckpointFormat;
  readonly starts: (head: Uint8Array) => boolean;
  readonly read: (source: ByteSource) => TorchContent;
}

const formats: readonly FormatReader[] = [
  { format: "pytorch-zip", starts: ([p, k]) => p === 0x50 && k === 0x4b, read: readTorchZip },
  // A header's length below 2^48, and a brace.
  { format: "safetensors", starts: (head) => head[8] === 0x7b && head[6] === 0 && head[7] === 0, read: readSafe },
  // A pickle: PROTO, or an integer in protocols that have none.
  { format: "pytorch-legacy", starts: ([first]) => first === 0x80 || first === 0x4c, read: readTorchLegacy },
];

function readSafe(source: ByteSource): TorchContent {
  return { key: undefined, tensors: readSafetensors(source) };
}

function formatOf(source: ByteSource): FormatReader {
  const head = bytesAt(source, 0, Math.min(source.bytes, 9)), found = formats.find(({ starts }) => starts(head));
  if (found) return found;
  const got = source.bytes === 0 ? "an empty file" : `a file that starts with ${shown(new TextDecoder().decode(head))}`;
  return refuse(source, "format", `weights are a PyTorch or safetensors file: got ${got}`);
}

/** Throws where views repeat or span so much that reading them all would take much longer than reading the file. */
function checkRepetition(source: ByteSource, tensors: readonly StoredTensor[]): void {
  const bytes = tensors.reduce((sum, tensor) => sum + tensor.readBytes, 0),
    most = MOST_REPETITION * source.bytes + FREE_BYTES;
  if (bytes <= most) return;
  refuse(
    source,
    "too-large",
    `its tensors span at most ${MOST_REPETITION} times the file's bytes: got ${bytes} in all`,
  );
}

function withoutPrefix(tensors: readonly StoredTensor[]): { prefix: string; tensors: readonly StoredTensor[] } {
  if (tensors.length === 0 || !tensors.every(({ name }) => name.startsWith(PARALLEL_PREFIX))) {
    return { prefix: "", tensors };
  }
  const bare = tensors.map((tensor) => tensor.renamed(tensor.name.slice(PARALLEL_PREFIX.length)));
  return { prefix: PARALLEL_PREFIX, tensors: bare };
}

/** Reads what is in a source, without the elements of its tensors. Throws CheckpointError. */
export function readCheckpoint(source: ByteSource): Omit<Checkpoint, keyof Disposable> {
  const { format, read } = formatOf(source), content = read(source);
  checkRepetition(source, content.tensors);
  const { prefix, tensors } = withoutPrefix(content.tensors), { path, bytes } = source;
  return { path, bytes, format, key: content.key, prefix, tensors: new Map(tensors.map((it) => [it.name, it])) };
}

/**
 * Opens a file of weights: PyTorch's in both forms, with the state dict whole or under a key, with or without `module.`
 * before its names, or safetensors. Nothing in it is executed, and at most its directory is in memory. Throws
 * CheckpointError for what is no such file, is damaged, or claims more than it has; Deno's errors for what cannot be read.
 *
 * @example
 * ```ts
 * import { openCheckpoint } from "@zennas/zennas";
 * using checkpoint = openCheckpoint("tests/fixtures/checkpoints/whole.pt");
 * const weight = checkpoint.tensors.get("conv.weight");
 * if (weight?.shape.join() !== "4,3,3,3" || weight.dtype !== "f32") throw new Error();
 * ```
 */
export function openCheckpoint(path: string): Checkpoint {
  const source = new FileSource(path);
  try {
    return { ...readCheckpoint(source), [Symbol.dispose]: () => source[Symbol.dispose]() };
  } catch (error) {
    source[Symbol.dispose]();
    throw error;
  }
}

/** Reads a file of weights that is in memory; `path` is for messages. Throws CheckpointError. */
export function openCheckpointBytes(content: Uint8Array, path: string): Checkpoint {
  return { ...readCheckpoint(new MemorySource(content, path)), [Symbol.dispose]: () => {} };
}
