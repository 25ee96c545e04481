/** From a graph to tasks over buffers in one arena. */
import type { Graph, NodeId } from "../../core/graph/graph.ts";
import { planArena } from "../../core/graph/liveness.ts";
import type { RunOptions } from "../../core/graph/op.ts";
import type { OpName } from "../../core/graph/ops.ts";
import { elementCount, type Shape } from "../../core/graph/shape.ts";
import { type Fusion, planFusion } from "../lowering/fusion.ts";
import type { Row } from "../lowering/row.ts";
import type { Kernels } from "./kernels.gen.ts";
import { cpuFusion, type ViewActivation } from "./views.ts";

/** A stretch of the arena; its address is known once all tasks are. */
export interface Buffer {
  readonly bytes: number;
  /** Bytes from the start of the module's memory. */
  address: number;
  /** First and last task that touches it. */
  first: number;
  last: number;
  /** Whether its end was written first. */
  backwards?: boolean;
}

/** A tensor in memory, and what its reader applies to it: `activation(x · scale + shift)`. */
export interface BufferView {
  readonly tensor: Buffer;
  readonly scale?: Buffer;
  readonly shift?: Buffer;
  readonly activation: ViewActivation;
}

/** What a task needs to run. */
export interface TaskRun extends RunOptions {
  readonly kernels: Kernels;
}

/** One call, or a few, into the module. */
export type TaskBody = (run: TaskRun) => void;

/** A step of a program. */
export interface Task {
  /** The node whose row added it. */
  readonly node: NodeId;
  readonly body: TaskBody;
}

/** How the CPU backend runs an operation: adds tasks that compute the node. */
export type CpuRow<K extends OpName> = Row<Lowering, K>;

/** Bytes of a float32 tensor. */
export const tensorBytes = (shape: Shape): number => 4 * elementCount(shape);

/** Kernels read, and a draw writes, up to this many bytes beyond a tensor. */
const SLACK_BYTES = 64;

/** The views, buffers and tasks of a graph while it is lowered. */
export class Lowering {
  readonly graph: Graph;
  readonly fusion: Fusion<ViewActivation>;
  readonly tasks: Task[] = [];
  #node: NodeId = 0;
  readonly #buffers: Buffer[] = [];
  readonly #tensors = new Map<NodeId, Buffer>();
  readonly #shared = new Set<Buffer>();
  readonly #vectors = new Map<NodeId, { readonly scale: Buffer; readonly shift: Buffer }>();

  constructor(graph: Graph) {
    this.graph = graph;
    this.fusion = planFusion(graph, cpuFusion);
  }

  /** The shape of a node's output. */
  shape(id: NodeId): Shape {
    return this.graph.nodes[id]!.shape;
  }

  /** The tensor of a node that is in memory. */
  tensor(id: NodeId): Buffer {
    return this.#tensors.get(id)!;
  }

  /** Whether a node's tensor has its place, because an earlier task computes it. */
  isPlaced(id: NodeId): boolean {
    return this.#tensors.has(id);
  }

  /** A new buffer for a node's output. */
  place(id: NodeId): Buffer {
    return this.#adopt(id, this.scratch(tensorBytes(this.shape(id))));
  }

  /** A buffer for a node's output: an input's own, where one of its size is read here for the last time. */
  placeOver(id: NodeId, inputs: readonly NodeId[]): Buffer {
    const bytes = tensorBytes(this.shape(id));
    const dies = (from: NodeId): boolean =>
      this.fusion.lastUse[from] === id && this.tensor(from).bytes === bytes && !this.#shared.has(this.tensor(from));
    const dying = inputs.find(dies);
    return dying === undefined ? this.place(id) : this.#adopt(id, this.tensor(dying));
  }

  /** Lets a node's output be another's, because both compute the same. */
  placeSame(id: NodeId, buffer: Buffer): void {
    this.#shared.add(this.#adopt(id, buffer));
  }

  #adopt(id: NodeId, buffer: Buffer): Buffer {
    this.#tensors.set(id, buffer);
    return buffer;
  }

  /** A buffer that belongs to no node. */
  scratch(bytes: number): Buffer {
    const buffer = { bytes, address: 0, first: Infinity, last: -1 };
    this.#buffers.push(buffer);
    return buffer;
  }

  /** The vectors of a normalisation's multiply-add, `[c]` each. */
  normalizationVectors(id: NodeId): { readonly scale: Buffer; readonly shift: Buffer } {
    const bytes = 4 * this.shape(id).at(-1)!;
    const vectors = this.#vectors.get(id) ?? { scale: this.scratch(bytes), shift: this.scratch(bytes) };
    this.#vectors.set(id, vectors);
    return vectors;
  }

  /** How to read a node: a view where it is never written, else its tensor as it is. */
  view(id: NodeId): BufferView {
    const view = this.fusion.views.get(id);
    if (!view) return { tensor: this.tensor(id), activation: "none" };
    const vectors = view.norm === undefined ? {} : this.normalizationVectors(view.norm);
    return { tensor: this.tensor(view.source), ...vectors, activation: view.activation };
  }

  /** Adds the tasks of a node. */
  lower(id: NodeId, row: CpuRow<OpName>): void {
    const { inputs, attributes, shape } = this.graph.nodes[id]!;
    this.#node = id;
    row(this, { id, inputs, attributes, shape });
  }

  /** Adds a task and keeps the buffers that it touches alive for it. */
  task(touched: readonly (Buffer | undefined)[], body: TaskBody): void {
    const step = this.tasks.push({ node: this.#node, body }) - 1;
    for (const buffer of touched) if (buffer) this.#touch(buffer, step);
  }

  #touch(buffer: Buffer, step: number): void {
    buffer.first = Math.min(buffer.first, step);
    buffer.last = Math.max(buffer.last, step);
  }

  /** Gives every buffer its address, from `start` on, and returns the arena's bytes. */
  allocate(start: number): number {
    for (const id of this.graph.outputs) this.#touch(this.tensor(id), this.tasks.length);
    const used = this.#buffers.filter((buffer) => buffer.last >= 0);
    const plan = planArena(used.map(({ bytes, first, last }) => ({ bytes: bytes + SLACK_BYTES, first, last })));
    used.forEach((buffer, index) => buffer.address = start + plan.offsets[index]!);
    return plan.bytes;
  }
}
