/** From a graph to tasks over buffers in one arena. */
import { type Graph, type NodeId, resultsOf } from "../../core/graph/graph.ts";
import { planArena } from "../../core/graph/liveness.ts";
import type { OpName } from "../../core/graph/ops.ts";
import { elementCount, type Shape } from "../../core/graph/shape.ts";
import type { Epilogue } from "../lowering/epilogues.ts";
import { Places } from "../lowering/places.ts";
import {
  type Buffer,
  bufferOf,
  type CpuRow,
  type KernelName,
  type LoweredTask,
  ordered,
  type Source,
  type Values,
} from "./lowered.ts";
import { cpuFusion, type ViewActivation } from "./views.ts";

/** Bytes of a float32 tensor. */
const tensorBytes = (shape: Shape): number => 4 * elementCount(shape);

/** Kernels read, and a draw writes, up to this many bytes beyond a tensor. */
const SLACK_BYTES = 64;

/** How a graph is lowered. */
export interface LoweringOptions {
  /** Where tensors are that are held between runs. */
  readonly held?: ReadonlyMap<string, Buffer>;
  /** Cuts a call into parts. It adds the tasks itself and returns true, or returns false for a call that stays whole. */
  readonly split?: <K extends KernelName>(lowering: CpuLowering, kernel: K, values: Values<K>) => boolean;
}

/** The buffers and tasks of a graph while it is lowered. */
export class CpuLowering {
  readonly places: Places<Buffer, ViewActivation>;
  readonly tasks: LoweredTask[] = [];
  #node: NodeId = 0;
  readonly #buffers: Buffer[] = [];
  readonly #options: LoweringOptions;

  constructor(graph: Graph, options: LoweringOptions = {}) {
    this.#options = options;
    this.places = new Places(graph, {
      rules: cpuFusion,
      make: (id) => this.scratch(tensorBytes(graph.nodes[id]!.shape)),
      makeVector: (channels) => this.scratch(4 * channels),
    });
  }

  /** A buffer that belongs to no node. */
  scratch(bytes: number): Buffer {
    const buffer = { bytes, address: 0, first: Infinity, last: -1 };
    this.#buffers.push(buffer);
    return buffer;
  }

  /** What the layer that is written as this node computes beside its sums. */
  epilogue(id: NodeId): Partial<Epilogue<ViewActivation>> {
    return this.places.fusion.epilogues.ends.get(id) ?? {};
  }

  /** Adds the tasks of a node: none where an epilogue takes it, its layer's where it is the last that one takes. */
  lower(id: NodeId, rowOf: (op: OpName) => CpuRow<OpName>): void {
    if (this.places.fusion.epilogues.absorbed.has(id)) return;
    const node = this.epilogue(id).producer ?? id, { op, inputs, attributes, shape } = this.places.graph.nodes[node]!;
    this.#node = node;
    rowOf(op)(this, { id, inputs, attributes, shape });
  }

  /** The buffer of a tensor that is held between runs. */
  held(name: string): Buffer | undefined {
    return this.#options.held?.get(name);
  }

  /** Adds a call of a kernel and keeps the buffers among its arguments alive for it. */
  add<K extends KernelName>(kernel: K, values: Values<K>): void {
    if (this.#options.split?.(this, kernel, values)) return;
    const args = ordered(kernel, values);
    const step = this.tasks.push({ node: this.#node, kernel, values: args }) - 1;
    for (const value of args) touch(bufferOf(value), step);
  }

  /** Adds calls of a kernel that may run at once: none reads or writes what another one writes. */
  addParts<K extends KernelName>(kernel: K, parts: readonly Values<K>[]): void {
    const args = parts.map((values) => ordered(kernel, values));
    const step = this.tasks.push({ node: this.#node, kernel, parts: args }) - 1;
    for (const value of args.flat()) touch(bufferOf(value), step);
  }

  /** Adds a copy from the host. Where calls are split, the host copies everything before the first. */
  upload(to: Buffer, source: Source): void {
    const step = this.tasks.push({ node: this.#node, source, to }) - 1;
    touch(to, this.#options.split ? 0 : step);
  }

  /** Gives every buffer its address, from `start` on, and returns the arena's bytes. */
  allocate(start: number): number {
    for (const id of resultsOf(this.places.graph)) touch(this.places.of(id), this.tasks.length);
    const used = this.#buffers.filter((buffer) => buffer.last >= 0);
    const plan = planArena(used.map(({ bytes, first, last }) => ({ bytes: bytes + SLACK_BYTES, first, last })));
    used.forEach((buffer, index) => buffer.address = start + plan.offsets[index]!);
    return plan.bytes;
  }
}

function touch(buffer: Buffer | undefined, step: number): void {
  if (!buffer) return;
  buffer.first = Math.min(buffer.first, step);
  buffer.last = Math.max(buffer.last, step);
}
