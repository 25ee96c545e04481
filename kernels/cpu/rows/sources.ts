/** Rows of the operations without inputs. */
import { feed } from "../../../core/graph/ops/sources.ts";
import { seedKey } from "../../../core/numeric/random.ts";
import { elementCount } from "../../../core/graph/shape.ts";
import type { LoweredNode } from "../../lowering/row.ts";
import type { Lowering } from "../lowering.ts";

/** Copies a feed in. */
export function input(lowering: Lowering, { id, attributes: { name }, shape }: LoweredNode<"input">): void {
  const y = lowering.place(id), count = elementCount(shape);
  lowering.task([y], ({ kernels, feeds }) => {
    new Float32Array(kernels.memory.buffer, y.address, count).set(feed(feeds, name, shape));
  });
}

/** Draws on the device. */
export function gaussian(lowering: Lowering, { id, attributes: { stream }, shape }: LoweredNode<"gaussian">): void {
  const y = lowering.place(id), count = elementCount(shape);
  lowering.task([y], ({ kernels, seed = 0, draw = 0 }) => {
    const [low, high] = seedKey(seed);
    kernels.gaussian(y.address, count, low, high, stream, draw);
  });
}

/** Fills with one value, or copies a value each. */
export function constant(lowering: Lowering, { id, attributes: { values }, shape }: LoweredNode<"constant">): void {
  const y = lowering.place(id), count = elementCount(shape);
  lowering.task([y], ({ kernels }) => {
    if (values.length === 1) kernels.fill(y.address, count, values[0]!);
    else new Float32Array(kernels.memory.buffer, y.address, count).set(values);
  });
}
