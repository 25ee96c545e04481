/** What PyTorch's globals make in a pickle: storages and tensors that are yet to be found in the file. */
import { type ByteSource, refuse } from "../byte_source.ts";
import { type DType, dtypes } from "../dtypes.ts";
import { shown } from "../error.ts";
import { FREE_BYTES, MOST_DIMENSIONS } from "../limits.ts";
import { PickleObject, type PickleValue } from "../pickle/values.ts";
import type { StridedView } from "../view.ts";

/** A storage as a pickle refers to it. */
export class StorageReference extends PickleObject {
  /** Its key in the file. */
  readonly key: string;
  /** Its elements' type; undefined for bytes whose type the tensors tell. */
  readonly dtype: DType | undefined;
  /** How many elements, or bytes, it has. */
  readonly elements: number;
  /** Where it starts in the storage that has the key, in elements: older files have views of storages. */
  readonly start: number;

  constructor(of: { key: string; dtype: DType | undefined; elements: number; start: number }) {
    super();
    this.key = of.key;
    this.dtype = of.dtype;
    this.elements = of.elements;
    this.start = of.start;
  }
}

/** A tensor as a pickle rebuilds it. */
export class RebuiltTensor extends PickleObject {
  readonly storage: StorageReference;
  readonly dtype: DType;
  readonly view: StridedView;

  constructor(of: { storage: StorageReference; dtype: DType; view: StridedView }) {
    super();
    this.storage = of.storage;
    this.dtype = of.dtype;
    this.view = of.view;
  }
}

/** Whether a value is a count: an integer of at least 0. */
export function isCount(value: PickleValue | undefined): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isCounts(value: PickleValue | undefined): value is number[] {
  return Array.isArray(value) && value.length <= MOST_DIMENSIONS && value.every(isCount);
}

/**
 * A tensor of a storage, an offset, a shape and strides, as a pickle gives them. Throws CheckpointError `corrupt` for
 * values of other kinds, `too-large` where its elements would take more than the file has.
 */
export function rebuildTensor(
  source: ByteSource,
  [storage, offset, shape, strides]: readonly PickleValue[],
  dtype?: DType,
): RebuiltTensor {
  if (!(storage instanceof StorageReference)) {
    return refuse(source, "corrupt", "a tensor has a storage: got something else");
  }
  const type = dtype ?? storage.dtype;
  if (!type) return refuse(source, "corrupt", "a tensor has a type of elements: got none");
  if (!isCount(offset) || !isCounts(shape) || !isCounts(strides) || shape.length !== strides.length) {
    return refuse(
      source,
      "corrupt",
      `a tensor has an offset, a shape and strides: got others for storage ${shown(storage.key)}`,
    );
  }
  const bytes = shape.reduce((product, size) => product * size, dtypes[type].bytes);
  if (!(bytes <= source.bytes + FREE_BYTES)) {
    refuse(source, "too-large", `a tensor has no more elements than the file has bytes: got [${shape.join(", ")}]`);
  }
  return new RebuiltTensor({ storage, dtype: type, view: { offset, shape: [...shape], strides: [...strides] } });
}
