/** Rows of the operations without inputs: they run when somebody first asks for their buffer. */
import type { NodeId } from "../../../core/graph/graph.ts";
import type { OpAttributes } from "../../../core/graph/ops.ts";
import { elementCount } from "../../../core/graph/shape.ts";
import { partElements } from "../arena.ts";
import type { HeldPlace } from "../held.ts";
import type { LoweredNode } from "../../../core/graph/row.ts";
import type { WebGpuLowering } from "../lowering.ts";
import { NONE } from "../wgsl/kernel.ts";
import { DRAW_ELEMENTS, DRAWS } from "../wgsl/sources.ts";

/** Copies what is held from its state, or what is fed from the run's uploads; feeds come after the constants there. */
export function input(lowering: WebGpuLowering, { id, attributes: { name } }: LoweredNode<"input">): void {
  const place = lowering.held.get(name);
  if (place) return copyHeld(lowering, { id, place });
  const y = lowering.places.place(id), start = lowering.uploads.from.get(id)!, count = y.elements;
  lowering.add("upload", { start, y, ySpace: y.space, count }, { over: { invocations: count } });
}

/** A node that reads a held tensor, and where that is. */
interface HeldNode {
  readonly id: NodeId;
  readonly place: HeldPlace;
}

/** Copies a held tensor; vectors that are side by side in their state are copied together. */
function copyHeld(lowering: WebGpuLowering, node: HeldNode): void {
  const nodes = heldBeside(lowering, node), [first] = nodes, last = nodes.at(-1)!.place;
  const [y] = lowering.placeTogether(nodes.map(({ id }) => id)), { at: start, page } = first!.place;
  const count = last.at + last.elements - start;
  lowering.add("upload", { start, y, ySpace: y!.space, count }, { over: { invocations: count }, held: page });
}

/** Held vectors without a buffer that end where the next begins, in the order of their state; this node is one of them. */
function heldBeside(lowering: WebGpuLowering, node: HeldNode): HeldNode[] {
  if (lowering.places.shape(node.id).length > 1) return [node];
  const vectors = heldVectors(lowering, node), at = vectors.findIndex(({ id }) => id === node.id);
  const meets = (first: number): boolean => {
    const before = vectors[first - 1]?.place, place = vectors[first]?.place;
    return before !== undefined && place !== undefined && before.at + partElements(before.elements) === place.at;
  };
  let from = at, to = at + 1;
  while (meets(from)) from--;
  while (meets(to)) to++;
  return vectors.slice(from, to);
}

/** A node, and others that read other small vectors of the same buffer of the state, in its order. */
function heldVectors({ places, held }: WebGpuLowering, node: HeldNode): HeldNode[] {
  const found = new Map([[node.place.at, node]]);
  places.graph.nodes.forEach(({ op, attributes, shape }, id) => {
    const place = op === "input" && shape.length === 1 && !places.has(id) ? held.get(attributes.name) : undefined;
    const fits = place?.page === node.place.page && place.elements <= SMALL_ELEMENTS;
    if (fits && !found.has(place.at)) found.set(place.at, { id, place });
  });
  return [...found.values()].sort((a, b) => a.place.at - b.place.at);
}

/** Elements of a held vector that is copied with others: they are in memory longer than they would be alone. */
const SMALL_ELEMENTS = 2 ** 14;

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
