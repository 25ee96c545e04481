/** Rows of the operations without inputs. */
import type { LoweredNode, Lowering } from "../lowering.ts";

/** Copies what is fed from the run's uploads; feeds come after the constants there, in the order of their nodes. */
export function input(lowering: Lowering, { id }: LoweredNode<"input">): void {
  const y = lowering.place(id);
  lowering.add("upload", { start: lowering.uploads.from.get(id)!, y, ySpace: y.space, count: y.elements }, {
    over: { invocations: y.elements },
  });
}

/** Draws on the device; the run supplies key and draw. */
export function gaussian(lowering: Lowering, { id, attributes: { stream } }: LoweredNode<"gaussian">): void {
  const y = lowering.place(id);
  lowering.add("gaussian", { key0: 0, key1: 0, draw: 0, stream, y, ySpace: y.space, count: y.elements }, {
    over: { invocations: Math.ceil(y.elements / 4) },
  });
}

/** A value each is uploaded; one value is filled in by the first reader that needs it in memory, if any does. */
export function constant(lowering: Lowering, { id, attributes: { values } }: LoweredNode<"constant">): void {
  if (values.length === 1) return;
  const y = lowering.place(id);
  lowering.add("upload", { start: lowering.uploads.from.get(id)!, y, ySpace: y.space, count: y.elements }, {
    over: { invocations: y.elements },
  });
}
