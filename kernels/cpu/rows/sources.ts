/** Rows of the operations without inputs. */
import { elementCount } from "../../../core/graph/shape.ts";
import type { LoweredNode } from "../../../core/graph/row.ts";
import type { CpuLowering } from "../lowering.ts";

/** Copies a feed in; a held tensor is read where it is, and never written over. */
export function input(lowering: CpuLowering, { id, attributes: { name } }: LoweredNode<"input">): void {
  const held = lowering.held(name);
  if (held) return lowering.places.placeSame(id, held);
  lowering.upload(lowering.places.place(id), { feed: name });
}

/** Draws on the device. */
export function gaussian(lowering: CpuLowering, { id, attributes: { stream }, shape }: LoweredNode<"gaussian">): void {
  const y = lowering.places.place(id), count = elementCount(shape);
  lowering.add("gaussian", { y, count, key0: "key0", key1: "key1", stream, draw: "draw" });
}

/** Fills with one value, or copies a value each. */
export function constant(lowering: CpuLowering, { id, attributes: { values }, shape }: LoweredNode<"constant">): void {
  const y = lowering.places.place(id);
  if (values.length === 1) lowering.add("fill", { y, count: elementCount(shape), value: values[0]! });
  else lowering.upload(y, { values });
}
