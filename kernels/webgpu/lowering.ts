/** From a graph to dispatches over buffers in two arenas. */
import { DeviceMemoryError } from "../../core/graph/backend.ts";
import type { NodeId } from "../../core/graph/graph.ts";
import type { StoragePrecision } from "../../core/graph/precision.ts";
import { elementCount } from "../../core/graph/shape.ts";
import type { Epilogue } from "../lowering/epilogues.ts";
import type { FusionRules } from "../lowering/fusion.ts";
import { Places } from "../lowering/places.ts";
import { type Buffer, BufferSet, SPACE, type Space, touch } from "./arena.ts";
import type { HeldPlace } from "./held.ts";
import type { KernelName } from "./kernels.ts";
import type { PlanLimits } from "./limits.ts";
import { type DispatchShape, type LoweredDispatch, type RowOf, signatures, type Values } from "./lowered.ts";
import type { Uploads } from "./uploads.ts";
import { type Activation, ACTIVATIONS } from "./wgsl/expressions.ts";
import type { Wide } from "./wide.ts";
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

/** The buffers and dispatches of a graph while it is lowered. */
export class WebGpuLowering {
  /** Which buffer each node has. */
  readonly places: Places<Buffer, Activation>;
  /** In order. */
  readonly dispatches: LoweredDispatch[] = [];
  /** Where constants and feeds are in a run's uploads. */
  readonly uploads: Uploads;
  /** Where held tensors are in their state. */
  readonly held: ReadonlyMap<string, HeldPlace>;
  readonly #limits: PlanLimits;
  readonly #wide: ReadonlySet<NodeId>;
  readonly #rowOf: RowOf;
  #node: NodeId = 0;
  readonly #buffers = new BufferSet();

  /** A graph of which nothing is lowered yet; what has no inputs is lowered when its buffer is first asked for. */
  constructor({ graph, nodes, apart }: Wide, { limits, uploads, held, rowOf }: {
    readonly limits: PlanLimits;
    readonly uploads: Uploads;
    readonly held: ReadonlyMap<string, HeldPlace>;
    readonly rowOf: RowOf;
  }) {
    this.uploads = uploads;
    this.held = held;
    this.#limits = limits;
    this.#wide = nodes;
    this.#rowOf = rowOf;
    this.places = new Places(graph, {
      rules: { ...fusionRules, apart },
      make: (id) => this.#buffers.add(this.spaceOf(id), this.#elements(id), this.#describe(id)),
      makeVector: (channels) => this.scratch(channels),
      lower: (id) => this.#run(id, id),
      fitsOver: (id, from) => this.spaceOf(id) === this.spaceOf(from),
    });
  }

  /** f32 elements of a GPU buffer. */
  get bufferElements(): number {
    return Math.floor(this.#limits.bufferBytes / 4);
  }

  /** The one value of a constant node, where it is one. */
  uniform(id: NodeId): number | undefined {
    const node = this.places.graph.nodes[id]!;
    if (node.op !== "constant" || node.attributes.values.length !== 1) return undefined;
    return node.attributes.values[0];
  }

  /** New buffers for the outputs of nodes that one dispatch computes. */
  placeTogether(ids: readonly NodeId[]): Buffer[] {
    const parts = ids.map((id) => ({ elements: this.#elements(id), what: this.#describe(id) }));
    const buffers = this.#buffers.addTogether(this.spaceOf(ids[0]!), parts);
    return buffers.map((buffer, index) => this.places.put(ids[index]!, buffer));
  }

  /** The arena of a node's output: vectors, scalars and what an optimiser computes stay in f32 whatever the precision. */
  spaceOf(id: NodeId): Space {
    return this.places.shape(id).length === 1 || this.#wide.has(id) ? SPACE.vectors : SPACE.tensors;
  }

  /** A buffer of the arena of vectors that belongs to no node. */
  scratch(elements: number): Buffer {
    return this.#buffers.add(SPACE.vectors, elements, `partial sums of ${this.#describe(this.#node)}`);
  }

  /** A buffer of the arena of tensors that belongs to no node. */
  scratchTensor(elements: number): Buffer {
    return this.#buffers.add(SPACE.tensors, elements, `a part of ${this.#describe(this.#node)}`);
  }

  /** What the layer that is written as this node computes beside its sums. */
  epilogue(id: NodeId): Partial<Epilogue<Activation>> {
    return this.places.fusion.epilogues.ends.get(id) ?? {};
  }

  /**
   * Adds the dispatches of a node that has inputs: none where an epilogue takes it, its layer's where it is the last that
   * one takes.
   */
  lower(id: NodeId): void {
    if (this.places.graph.nodes[id]!.inputs.length === 0 || this.places.fusion.epilogues.absorbed.has(id)) return;
    this.#run(this.epilogue(id).producer ?? id, id);
  }

  /** Lets a node's row compute what is written as another. */
  #run(node: NodeId, id: NodeId): void {
    const { op, inputs, attributes, shape } = this.places.graph.nodes[node]!, before = this.#node;
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
      held: shape.held,
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

  #elements(id: NodeId): number {
    return elementCount(this.places.shape(id));
  }

  #describe(id: NodeId): string {
    const { op, shape } = this.places.graph.nodes[id]!;
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
