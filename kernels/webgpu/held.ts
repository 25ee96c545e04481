/** Where a state's tensors are: in GPU buffers of its own, f32, each tensor whole in one of them. */
import { DeviceMemoryError, type HeldShapes } from "../../core/graph/backend.ts";
import { planArenas } from "../../core/graph/liveness.ts";
import { elementCount, ShapeError } from "../../core/graph/shape.ts";
import type { PlanLimits } from "./limits.ts";

/** Bytes of an element: held tensors are f32 whatever the precision of others. */
export const HELD_ELEMENT_BYTES = 4;

/** A range of one of a state's buffers. */
export interface HeldPlace {
  /** Which buffer. */
  readonly page: number;
  /** Its first element there. */
  readonly at: number;
  readonly elements: number;
}

/** The places of a state's tensors, and the bytes of its buffers. */
export interface HeldLayout {
  readonly places: ReadonlyMap<string, HeldPlace>;
  readonly pageBytes: readonly number[];
}

/**
 * Lays tensors out in as many buffers as they need. Throws ShapeError for what is no shape, and DeviceMemoryError for a
 * tensor that no buffer can hold.
 */
export function layOutHeld(shapes: HeldShapes, { bufferBytes }: PlanLimits): HeldLayout {
  const entries = Object.entries(shapes).map(([name, shape]) => ({ name, bytes: heldBytes(name, shape) }));
  const tooLarge = entries.find(({ bytes }) => bytes > bufferBytes);
  if (tooLarge) {
    const what = `tensor ${tooLarge.name} [${shapes[tooLarge.name]}] in one storage buffer`;
    throw new DeviceMemoryError(what, { needed: tooLarge.bytes, limit: bufferBytes });
  }
  const { arenas, offsets, bytes } = planArenas(
    entries.map(({ bytes }) => ({ bytes, first: 0, last: 0 })),
    bufferBytes,
  );
  const places = entries.map(({ name, bytes }, index): [string, HeldPlace] => [name, {
    page: arenas[index]!,
    at: offsets[index]! / HELD_ELEMENT_BYTES,
    elements: bytes / HELD_ELEMENT_BYTES,
  }]);
  return { places: new Map(places), pageBytes: bytes };
}

function heldBytes(name: string, shape: readonly number[]): number {
  if (shape.length > 0 && shape.every((extent) => Number.isSafeInteger(extent) && extent > 0)) {
    return elementCount(shape) * HELD_ELEMENT_BYTES;
  }
  throw new ShapeError(`Cannot hold ${name} as extents are positive integers: got [${shape}]`);
}
