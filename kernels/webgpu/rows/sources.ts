/** Rows of the operations without inputs: they run when somebody first asks for their buffer. */
import type { NodeId } from "../../../core/graph/graph.ts";
import type { OpAttributes } from "../../../core/graph/ops.ts";
import { elementCount } from "../../../core/graph/shape.ts";
import { partElements } from "../arena.ts";
import type { LoweredNode } from "../../../core/graph/row.ts";
import type { WebGpuLowering } from "../lowering.ts";
import { NONE } from "../wgsl/kernel.ts";
import { DRAW_ELEMENTS, DRAWS } from "../wgsl/sources.ts";

/**
 * Copies what is held from its state, or what is fed from the run's uploads; feeds come after the constants there, in the
 * order of their nodes.
 */
export function input(lowering: WebGpuLowering, { id, attributes: { name } }: LoweredNode<"input">): void {
  const y = lowering.places.place(id), held = lowering.held.get(name), over = { invocations: y.elements };
  const start = held?.at ?? lowering.uploads.from.get(id)!;
  lowering.add("upload", { start, y, ySpace: y.space, count: y.elements }, held ? { over, held: held.page } : { over });
}

/** Elements of a draw that is too large to share a dispatch. */
const MANY_ELEMENTS = 2 ** 18;

/** The draws that a node's dispatch makes: its own, and the next that are in the same arena, while they are small. */
function drawnWith(lowering: WebGpuLowering, id: NodeId): NodeId[] {
  const { places } = lowering, { nodes } = places.graph, space = lowering.spaceOf(id), drawn: NodeId[] = [];
  const most = Math.min(MANY_ELEMENTS, lowering.bufferElements);
  let elements = 0;
  for (let next = id; next < nodes.length && drawn.length < DRAWS; next++) {
    if (nodes[next]!.op !== "gaussian" || places.has(next) || lowering.spaceOf(next) !== space) continue;
    elements += partElements(elementCount(nodes[next]!.shape));
    if (drawn.length > 0 && elements > most) break;
    drawn.push(next);
  }
  return drawn;
}

/** Draws on the device; the run supplies key and draw. Small tensors that are drawn later in the graph are drawn with it. */
export function gaussian(lowering: WebGpuLowering, { id }: LoweredNode<"gaussian">): void {
  const ids = drawnWith(lowering, id), buffers = lowering.placeTogether(ids);
  let workgroups = 0;
  const entries = buffers.map((y, index) => {
    const { stream } = lowering.places.graph.nodes[ids[index]!]!.attributes as OpAttributes["gaussian"],
      first = workgroups;
    workgroups += Math.ceil(y.elements / DRAW_ELEMENTS);
    return [first, stream, y, y.elements];
  });
  lowering.add("gaussian", { key0: 0, key1: 0, draw: 0, ySpace: buffers[0]!.space }, {
    over: { workgroups },
    tail: [...entries.flat(), NONE, 0, 0, 0],
  });
}

/** One value everywhere, or a value each. */
export function constant(lowering: WebGpuLowering, { id, attributes: { values } }: LoweredNode<"constant">): void {
  const y = lowering.places.place(id), count = y.elements, over = { invocations: count };
  if (values.length === 1) {
    lowering.add("fill", { y, ySpace: y.space, count, value: values[0]! }, { over });
  } else {
    lowering.add("upload", { start: lowering.uploads.from.get(id)!, y, ySpace: y.space, count }, { over });
  }
}
