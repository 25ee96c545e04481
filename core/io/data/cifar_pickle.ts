/** The batches of CIFAR's Python archives: a pickled dict with a NumPy array of pixels and lists of labels. */
import { ByteCursor } from "../checkpoints/byte_cursor.ts";
import { MemorySource } from "../checkpoints/byte_source.ts";
import { CheckpointError } from "../checkpoints/error.ts";
import { MOST_PICKLE_BYTES } from "../checkpoints/limits.ts";
import { MemoryBudget } from "../checkpoints/pickle/budget.ts";
import { PickleMachine } from "../checkpoints/pickle/machine.ts";
import { PickleGlobal, PickleObject, type PickleValue } from "../checkpoints/pickle/values.ts";
import { DataSetError } from "./error.ts";

const PIXEL_BYTES = 3072;

/** A NumPy array; its state says what is in it. */
class NumpyArray extends PickleObject {
  /** Its elements' type, lengths, whether columns come first, and bytes. */
  content: { type: PickleValue; shape: PickleValue; fortran: PickleValue; bytes: PickleValue } | undefined;

  override setState(state: PickleValue): void {
    const [, shape, type, fortran, bytes] = Array.isArray(state) ? state : [];
    this.content = { type: type ?? null, shape: shape ?? null, fortran: fortran ?? null, bytes: bytes ?? null };
  }
}

/** A NumPy type of elements; its state says how they are aligned, which bytes need not know. */
class NumpyType extends PickleObject {
  readonly code: PickleValue;

  constructor(code: PickleValue) {
    super();
    this.code = code;
  }

  override setState(): void {}
}

const makeArray = (): PickleValue => new NumpyArray();

/** Bytes that Python 3 writes as text for readers in Python 2. */
function encode([text]: readonly PickleValue[]): PickleValue {
  return typeof text === "string" ? Uint8Array.from(text, (char) => char.charCodeAt(0)) : null;
}

/** All that the archives name: nothing of it is executed. NumPy has had two names for the module of arrays. */
const globals: ReadonlyMap<string, PickleGlobal> = new Map(
  Object.entries({
    "numpy.core.multiarray._reconstruct": makeArray,
    "numpy._core.multiarray._reconstruct": makeArray,
    "numpy.ndarray": undefined,
    "numpy.dtype": ([code]: PickleValue[]): PickleValue => new NumpyType(code ?? null),
    "_codecs.encode": encode,
  }).map(([name, call]) => [name, new PickleGlobal(name, call)]),
);

/** Pixels and classes of a batch. */
export interface CifarBatch {
  /** `[n, 3, 32, 32]` u8. */
  readonly bytes: Uint8Array;
  /** `[n]`. */
  readonly labels: Uint8Array;
}

/** Reads a batch whose classes are the list `key`. Throws DataSetError for anything but such a dict. */
export function readCifarPickle(
  content: Uint8Array,
  { path, key }: { readonly path: string; readonly key: string },
): CifarBatch {
  const batch = unpickle(content, path);
  if (!(batch instanceof Map)) throw new DataSetError(path, "it must be a pickled dict: got another value");
  const bytes = pixelsOf(batch.get("data"), path), labels = labelsOf(batch.get(key), { path, key });
  if (bytes.length === labels.length * PIXEL_BYTES) return { bytes, labels };
  throw new DataSetError(path, `it must have ${PIXEL_BYTES} bytes for each of ${labels.length}: got ${bytes.length}`);
}

function unpickle(content: Uint8Array, path: string): PickleValue {
  const source = new MemorySource(content, path),
    budget = new MemoryBudget(source, MOST_PICKLE_BYTES + 2 * source.bytes);
  const cursor = new ByteCursor(source, { start: 0, end: source.bytes });
  const global = (name: string): PickleGlobal | undefined => globals.get(name);
  const persistent = (): never => {
    throw new DataSetError(path, "its pickle must not refer to anything outside of it");
  };
  try {
    return new PickleMachine(cursor, { global, persistent, budget, byteStrings: true }).run();
  } catch (cause) {
    if (!(cause instanceof CheckpointError)) throw cause;
    throw new DataSetError(path, cause.message.replace(`Cannot read ${path} as `, ""), { cause });
  }
}

function pixelsOf(value: PickleValue | undefined, path: string): Uint8Array {
  const { type, shape, fortran, bytes } = (value instanceof NumpyArray && value.content) || {};
  const lengths = Array.isArray(shape) ? shape : [];
  const isBytes = type instanceof NumpyType && (type.code === "u1" || type.code === "|u1");
  if (isBytes && fortran === false && bytes instanceof Uint8Array && lengths.at(-1) === PIXEL_BYTES) return bytes;
  throw new DataSetError(path, `data must be an array of bytes with ${PIXEL_BYTES} a row: got something else`);
}

function labelsOf(value: PickleValue | undefined, { path, key }: { path: string; key: string }): Uint8Array {
  const isLabel = (label: PickleValue): label is number =>
    Number.isInteger(label) && label as number >= 0 && label as number < 256;
  if (Array.isArray(value) && value.length > 0 && value.every(isLabel)) return Uint8Array.from(value);
  throw new DataSetError(path, `${key} must be a list of whole numbers below 256: got something else`);
}
