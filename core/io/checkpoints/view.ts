/** Strided views of stored elements: where element [i, j, …] of a tensor lies. */

/** Where the elements of a tensor lie, all in elements. */
export interface StridedView {
  /** The first element's place. */
  readonly offset: number;
  /** How many there are in each dimension. */
  readonly shape: readonly number[];
  /** How far apart neighbours are in each dimension, at least 0. */
  readonly strides: readonly number[];
}

/** The strides of a tensor whose elements lie in the order of its dimensions, without gaps. */
export function contiguousStrides(shape: readonly number[]): number[] {
  const strides = new Array<number>(shape.length);
  let stride = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    strides[axis] = stride;
    stride *= Math.max(1, shape[axis]!);
  }
  return strides;
}

/** From the first element of a view to its last, both included; 0 for an empty one. */
export function spanOf({ shape, strides }: StridedView): number {
  if (shape.includes(0)) return 0;
  return shape.reduce((span, size, axis) => span + (size - 1) * strides[axis]!, 1);
}

/** The same elements in the same order, with as few dimensions as they can be told by. */
export function coalesced({ offset, shape, strides }: StridedView): StridedView {
  const sizes: number[] = [], steps: number[] = [];
  shape.forEach((size, axis) => {
    const step = strides[axis]!;
    if (size === 1) return;
    if (sizes.length > 0 && steps.at(-1) === size * step) {
      sizes.push(sizes.pop()! * size);
      steps[steps.length - 1] = step;
    } else {
      sizes.push(size);
      steps.push(step);
    }
  });
  return { offset, shape: sizes, strides: steps };
}

/** Whether a coalesced view is a range. */
export function isRange({ shape, strides }: StridedView): boolean {
  return shape.length === 0 || (shape.length === 1 && strides[0] === 1);
}

/** Some of the outermost dimension of a view. */
export function outerSlice(
  { offset, shape, strides }: StridedView,
  { first, count }: { readonly first: number; readonly count: number },
): StridedView {
  return { offset: offset + first * strides[0]!, shape: [count, ...shape.slice(1)], strides };
}

/** Integers of an element's size, so that copies have the same bits. */
const words = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array, 8: BigUint64Array } as const;
/** An array of {@link words}; the elements' type does not matter to a copy. */
type Words = Record<number, number>;

/** Copies the elements of a view out of `from`, whose first byte is the element `first`, to the start of `into`. */
export function gather(
  view: StridedView,
  { from, first, into, bytes }: {
    readonly from: Uint8Array<ArrayBuffer>;
    readonly first: number;
    readonly into: Uint8Array<ArrayBuffer>;
    readonly bytes: 1 | 2 | 4 | 8;
  },
): void {
  const elements = (array: Uint8Array<ArrayBuffer>) =>
    new words[bytes](array.buffer, array.byteOffset, array.length / bytes) as Words;
  copyStrided(view, { source: elements(from), target: elements(into), start: view.offset - first });
}

function copyStrided(
  { shape, strides }: StridedView,
  { source, target, start }: { readonly source: Words; readonly target: Words; readonly start: number },
): void {
  const last = shape.length - 1;
  let filled = 0;
  const copy = (axis: number, base: number): void => {
    const size = shape[axis] ?? 1, stride = strides[axis] ?? 0;
    if (axis < last) { for (let index = 0; index < size; index++) copy(axis + 1, base + index * stride); }
    else for (let index = 0; index < size; index++) target[filled++] = source[base + index * stride]!;
  };
  copy(0, start);
}
