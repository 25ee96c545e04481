/** What each run of a graph uploads: the values of its constants, then the feeds of its inputs. */
import type { Graph, NodeId } from "../../core/graph/graph.ts";
import type { RunOptions } from "../../core/graph/op.ts";
import { feed } from "../../core/graph/ops/sources.ts";
import { elementCount, type Shape } from "../../core/graph/shape.ts";

/** An input node: its name among the feeds, and the element of the run's uploads at which its values begin. */
export interface PlannedInput {
  readonly name: string;
  readonly shape: Shape;
  readonly from: number;
}

/** The layout of a run's uploads. */
export interface Uploads {
  /** The first element of each constant and input. */
  readonly from: ReadonlyMap<NodeId, number>;
  /** Values of constants. */
  readonly constants: Float32Array<ArrayBuffer>;
  readonly inputs: readonly PlannedInput[];
  /** All elements, constants and inputs. */
  readonly elements: number;
}

/**
 * Plans the uploads of a graph. A constant of a single value is a kernel parameter, so it is not uploaded; nor are inputs
 * of held names.
 */
export function planUploads(graph: Graph, held: ReadonlyMap<string, unknown>): Uploads {
  const from = new Map<NodeId, number>(), constants: number[] = [], inputs: PlannedInput[] = [];
  graph.nodes.forEach((node, id) => {
    if (node.op !== "constant" || node.attributes.values.length === 1) return;
    from.set(id, constants.length);
    for (const value of node.attributes.values) constants.push(value);
  });
  let elements = constants.length;
  graph.nodes.forEach((node, id) => {
    if (node.op !== "input" || held.has(node.attributes.name)) return;
    from.set(id, elements);
    inputs.push({ name: node.attributes.name, shape: node.shape, from: elements });
    elements += elementCount(node.shape);
  });
  return { from, constants: Float32Array.from(constants), inputs, elements };
}

/** The uploads of one run. Throws RangeError for a missing feed, ShapeError for one of the wrong length. */
export function uploadsOf({ constants, inputs, elements }: Uploads, { feeds }: RunOptions): Float32Array<ArrayBuffer> {
  const values = new Float32Array(elements);
  values.set(constants);
  for (const { name, shape, from } of inputs) values.set(feed(feeds, name, shape), from);
  return values;
}
