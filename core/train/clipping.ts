/** Bounds on gradients, as nodes of a graph. */
import type { GraphBuilder, NodeId } from "../graph/graph.ts";
import { elementCount } from "../graph/shape.ts";
import { Arithmetic } from "./arithmetic.ts";

/** How gradients are bounded: first each of their elements, then the norm of all of them together. */
export interface Clipping {
  /** The largest magnitude of an element; default: no limit. */
  readonly value?: number | undefined;
  /** The largest norm; default: no limit. */
  readonly norm?: number | undefined;
}

/** PyTorch adds it to the norm before it divides by it. */
const NORM_EPSILON = 1e-6;

/** An element beyond the limit loses what is beyond, so that any other keeps its bits. */
function clippedValue(builder: GraphBuilder, gradient: NodeId, limit: number): NodeId {
  const on = new Arithmetic(builder), beyond = (id: NodeId): NodeId => on.positive(on.shifted(id, -limit));
  return on.plus(on.minus(gradient, beyond(gradient)), beyond(on.scaled(gradient, -1)));
}

/** The Euclidean norm of all elements of several tensors, `[1]`. */
export function globalNorm(builder: GraphBuilder, tensors: readonly NodeId[]): NodeId {
  const on = new Arithmetic(builder), counts = tensors.map((id) => elementCount(builder.shape(id)));
  const means = builder.add("means", tensors.map((id) => on.square(id)), {});
  const sums = on.times(means, builder.add("constant", [], { shape: [tensors.length], values: counts }));
  return on.root(builder.add("sum", [sums], {}));
}

/** limit/(norm + 10⁻⁶) where that is below 1, else 1, as 1/(1 + max(0, (norm + 10⁻⁶)/limit − 1)). */
function normFactor(builder: GraphBuilder, norm: NodeId, limit: number): NodeId {
  const on = new Arithmetic(builder), ratio = on.scaled(on.shifted(norm, NORM_EPSILON), 1 / limit);
  return builder.add("reciprocal", [on.shifted(on.positive(on.shifted(ratio, -1)), 1)], {});
}

function checkLimit(limit: number): void {
  if (limit > 0 && Number.isFinite(limit)) return;
  throw new RangeError(`Cannot clip gradients as their limit is a positive number: got ${limit}`);
}

/**
 * Bounds gradients, given in any order and returned in that: by value as `torch.nn.utils.clip_grad_value_`, by the norm of
 * all of them as `clip_grad_norm_` (Pascanu et al., ICML 2013). Gradients within the limits keep their bits. Throws
 * RangeError for a limit that is no positive number.
 */
export function clippedGradients(
  builder: GraphBuilder,
  gradients: readonly NodeId[],
  { value, norm }: Clipping,
): readonly NodeId[] {
  for (const limit of [value, norm]) if (limit !== undefined) checkLimit(limit);
  const bounded = value === undefined ? gradients : gradients.map((id) => clippedValue(builder, id, value));
  if (norm === undefined) return bounded;
  const factor = normFactor(builder, globalNorm(builder, bounded), norm);
  return bounded.map((gradient) => builder.add("mul", [gradient, factor], {}));
}
