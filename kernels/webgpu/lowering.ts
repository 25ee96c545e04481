/** From a graph to dispatches over buffers in two arenas. */
import { DeviceMemoryError } from "../../core/graph/backend.ts";
import type { Graph, NodeId } from "../../core/graph/graph.ts";
import type { StoragePrecision } from "../../core/graph/precision.ts";
import { elementCount, type Shape } from "../../core/graph/shape.ts";
import type { Epilogue } from "../lowering/epilogues.ts";
import { type Fusion, type FusionRules, planFusion } from "../lowering/fusion.ts";
import { type Buffer, BufferSet, SPACE, type Space, touch } from "./arena.ts";
import type { KernelName } from "./kernels.ts";
import type { PlanLimits } from "./limits.ts";
import {
  type BufferView,
  type DispatchShape,
  type LoweredDispatch,
  type RowOf,
  signatures,
  type Values,
} from "./lowered.ts";
import type { Uploads } from "./uploads.ts";
import { type Activation, ACTIVATIONS } from "./wgsl/expressions.ts";
import { WORKGROUP } from "./wgsl/kernel.ts";

/**
 * Convolutions apply views as they load; so do additions and products, to both sides. What a layer computes before it
 * writes is in `wgsl/epilogue.ts`; beside that, it takes the channel statistics of what it writes.
 */
const fusionRules: FusionRules<Activation> = {
  activations: ACTIVATIONS,
  readers: { conv2d: [0], conv2d_input: [0], conv2d_weight: [0], add: [0, 1], mul: [0, 1] },
  producers: ["conv2d", "linear"],
};

/** The views, buffers and dispatches of a graph while it is lowered. */
export class Lowering {
  /** What is lowered. */
  readonly graph: Graph;
  /** What is not written. */
  readonly fusion: Fusion<Activation>;
  /** In order. */
  readonly dispatches: LoweredDispatch[] = [];
  /** Where constants and feeds are in a run's uploads. */
  readonly uploads: Uploads;
  readonly #limits: PlanLimits;
  readonly #rowOf: RowOf;
  #node: NodeId = 0;
  readonly #buffers = new BufferSet();
  readonly #tensors = new Map<NodeId, Buffer>();
  readonly #shared = new Set<Buffer>();
  readonly #vectors = new Map<NodeId, { readonly scale: Buffer; readonly shift: Buffer }>();

  /** A graph of which nothing is lowered yet. */
  constructor(graph: Graph, { limits, uploads, rowOf }: {
    readonly limits: PlanLimits;
    readonly uploads: Uploads;
    readonly rowOf: RowOf;
  }) {
    this.graph = graph;
    this.uploads = uploads;
    this.fusion = planFusion(graph, fusionRules);
    this.#limits = limits;
    this.#rowOf = rowOf;
  }

  /** f32 elements of a GPU buffer. */
  get bufferElements(): number {
    return Math.floor(this.#limits.bufferBytes / 4);
  }

  /** The shape of a node's output. */
  shape(id: NodeId): Shape {
    return this.graph.nodes[id]!.shape;
  }

  /** The buffer of a node that is in memory; what has no inputs is made when it is first asked for. */
  buffer(id: NodeId): Buffer {
    if (!this.#tensors.has(id)) this.#run(id, id);
    return this.#tensors.get(id)!;
  }

  /** Whether a node's buffer is computed by an earlier dispatch. */
  isPlaced(id: NodeId): boolean {
    return this.#tensors.has(id);
  }

  /** The one value of a constant node, where it is one. */
  uniform(id: NodeId): number | undefined {
    const node = this.graph.nodes[id]!;
    if (node.op !== "constant" || node.attributes.values.length !== 1) return undefined;
    return node.attributes.values[0];
  }

  /** A new buffer for a node's output. */
  place(id: NodeId): Buffer {
    const buffer = this.#buffers.add(this.spaceOf(id), elementCount(this.shape(id)), this.#describe(id));
    return this.#adopt(id, buffer);
  }

  /** The node whose buffer holds what is read of this one. */
  sourceOf(id: NodeId): NodeId {
    return this.fusion.views.get(id)?.source ?? id;
  }

  /** New buffers for the outputs of nodes that one dispatch computes. */
  placeTogether(ids: readonly NodeId[]): Buffer[] {
    const parts = ids.map((id) => ({ elements: elementCount(this.shape(id)), what: this.#describe(id) }));
    const buffers = this.#buffers.addTogether(this.spaceOf(ids[0]!), parts);
    return buffers.map((buffer, index) => this.#adopt(ids[index]!, buffer));
  }

  /** The arena of a node's output: vectors and scalars stay in f32 whatever the precision. */
  spaceOf(id: NodeId): Space {
    return this.shape(id).length === 1 ? SPACE.vectors : SPACE.tensors;
  }

  /** A buffer for a node's output: an input's own, where one of its size is read here for the last time. */
  placeOver(id: NodeId, inputs: readonly NodeId[]): Buffer {
    const elements = elementCount(this.shape(id));
    const dies = (from: NodeId): boolean => {
      const buffer = this.buffer(from);
      return this.fusion.lastUse[from] === id && buffer.elements === elements && !this.#shared.has(buffer) &&
        buffer.space === this.spaceOf(id);
    };
    const dying = inputs.map((from) => this.sourceOf(from)).find(dies);
    return dying === undefined ? this.place(id) : this.#adopt(id, this.buffer(dying));
  }

  /** Lets a node's output be another's, because both compute the same. */
  placeSame(id: NodeId, buffer: Buffer): void {
    this.#shared.add(this.#adopt(id, buffer));
  }

  #adopt(id: NodeId, buffer: Buffer): Buffer {
    this.#tensors.set(id, buffer);
    return buffer;
  }

  /** A buffer of the arena of vectors that belongs to no node. */
  scratch(elements: number): Buffer {
    return this.#buffers.add(SPACE.vectors, elements, `partial sums of ${this.#describe(this.#node)}`);
  }

  /** A buffer of the arena of tensors that belongs to no node. */
  scratchTensor(elements: number): Buffer {
    return this.#buffers.add(SPACE.tensors, elements, `a part of ${this.#describe(this.#node)}`);
  }

  /** The vectors of a normalisation's multiply-add, `[c]` each. */
  normalizationVectors(id: NodeId): { readonly scale: Buffer; readonly shift: Buffer } {
    const channels = this.shape(id).at(-1)!;
    const vectors = this.#vectors.get(id) ?? { scale: this.scratch(channels), shift: this.scratch(channels) };
    this.#vectors.set(id, vectors);
    return vectors;
  }

  /** Whether {@link normalizationVectors} have been asked for, by whoever computes them. */
  isNormalized(id: NodeId): boolean {
    return this.#vectors.has(id);
  }

  /** How to read a node: a view where it is never written, else its buffer as it is. */
  view(id: NodeId): BufferView {
    const { source, norm, activation } = this.fusion.views.get(id) ?? { source: id, activation: "none" as Activation };
    return this.viewOf(this.buffer(source), { norm, activation });
  }

  /** A buffer under a normalisation and an activation. */
  viewOf(
    x: Buffer,
    { norm, activation }: { readonly norm: NodeId | undefined; readonly activation: Activation },
  ): BufferView {
    const { scale, shift } = norm === undefined
      ? { scale: undefined, shift: undefined }
      : this.normalizationVectors(norm);
    return { x, scale, shift, activation: ACTIVATIONS.indexOf(activation) };
  }

  /** What the layer that is written as this node computes beside its sums. */
  epilogue(id: NodeId): Partial<Epilogue<Activation>> {
    return this.fusion.epilogues.ends.get(id) ?? {};
  }

  /**
   * Adds the dispatches of a node that has inputs: none where an epilogue takes it, its layer's where it is the last that
   * one takes.
   */
  lower(id: NodeId): void {
    if (this.graph.nodes[id]!.inputs.length === 0 || this.fusion.epilogues.absorbed.has(id)) return;
    this.#run(this.epilogue(id).producer ?? id, id);
  }

  /** Lets a node's row compute what is written as another. */
  #run(node: NodeId, id: NodeId): void {
    const { op, inputs, attributes, shape } = this.graph.nodes[node]!, before = this.#node;
    this.#node = node;
    this.#rowOf(op)(this, { id, inputs, attributes, shape });
    this.#node = before;
  }

  /** Adds a dispatch and keeps the buffers among its parameters alive for it. */
  add<K extends KernelName>(kernel: K, values: Values<K>, shape: DispatchShape): void {
    const { names, types } = signatures.get(kernel)!, tail = shape.tail ?? [];
    const named = names.map((name) => values[name as keyof Values<K>] as number | Buffer | undefined);
    const step = this.dispatches.push({
      kernel,
      node: this.#node,
      workgroups: this.#spread(shape),
      values: [...named, ...tail],
      types: tail.length === 0 ? types : [...types, ...tail.map((word) => typeof word === "number" ? "u32" : "at")],
      macs: shape.macs ?? 0,
    }) - 1;
    for (const value of [...named, ...tail]) if (typeof value === "object") touch(value, step);
  }

  /** Workgroups along x, then y: each dimension has a limit. */
  #spread({ over, groups = 1 }: DispatchShape): readonly [number, number, number] {
    const count = "workgroups" in over ? over.workgroups : Math.ceil(over.invocations / WORKGROUP);
    const rows = Math.ceil(count / this.#limits.workgroups);
    const bytes = { needed: Math.max(rows, groups), limit: this.#limits.workgroups };
    if (bytes.needed > bytes.limit) {
      throw new DeviceMemoryError(`tensor ${this.#describe(this.#node)} in one dispatch`, bytes);
    }
    return [Math.ceil(count / rows), rows, groups];
  }

  #describe(id: NodeId): string {
    const { op, shape } = this.graph.nodes[id]!;
    return `${op} ${id} [${shape}]`;
  }

  /**
   * Gives every buffer its place and returns the bytes of each page of tensors, and of the vectors. Throws
   * DeviceMemoryError for what no GPU buffer can hold.
   */
  allocate(precision: StoragePrecision): { readonly pageBytes: readonly number[]; readonly vectorBytes: number } {
    const limitBytes = this.#limits.bufferBytes;
    return {
      pageBytes: this.#buffers.allocateTensors({ elementBytes: precision === "f16" ? 2 : 4, limitBytes }),
      vectorBytes: this.#buffers.allocateVectors({ elementBytes: 4, limitBytes }),
    };
  }
}
