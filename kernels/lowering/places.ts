/** Which buffer holds each node's output while a graph is lowered, on any device. */
import type { Graph, NodeId } from "../../core/graph/graph.ts";
import { sameShape, type Shape } from "../../core/graph/shape.ts";
import { type Fusion, type FusionRules, planFusion } from "./fusion.ts";

/** The vectors of a normalisation's multiply-add, `[c]` each. */
export interface Vectors<Buffer> {
  readonly scale: Buffer;
  readonly shift: Buffer;
}

/** A tensor in memory, and what its reader applies to it: `activation(x · scale + shift)`. */
export interface BufferView<Buffer> {
  readonly x: Buffer;
  readonly scale: Buffer | undefined;
  readonly shift: Buffer | undefined;
  /** Its index among the device's activations. */
  readonly activation: number;
}

/** What differs by device. */
export interface PlaceOptions<Buffer, Activation extends string> {
  readonly rules: FusionRules<Activation>;
  /** A new buffer for a node's output. */
  readonly make: (id: NodeId) => Buffer;
  /** A new buffer of so many floats. */
  readonly makeVector: (channels: number) => Buffer;
  /** Places a node that is asked for before it has a buffer. */
  readonly lower?: (id: NodeId) => void;
  /** Whether a node's output fits where an input of its shape is; always unless told. */
  readonly fitsOver?: (id: NodeId, from: NodeId) => boolean;
}

/** The buffers of a graph's nodes. */
export class Places<Buffer, Activation extends string> {
  /** What is lowered. */
  readonly graph: Graph;
  /** What is not written. */
  readonly fusion: Fusion<Activation>;
  readonly #options: PlaceOptions<Buffer, Activation>;
  readonly #buffers = new Map<NodeId, Buffer>();
  readonly #shared = new Set<Buffer>();
  readonly #vectors = new Map<NodeId, Vectors<Buffer>>();

  /** A graph none of whose nodes has a buffer. */
  constructor(graph: Graph, options: PlaceOptions<Buffer, Activation>) {
    this.graph = graph;
    this.fusion = planFusion(graph, options.rules);
    this.#options = options;
  }

  /** The shape of a node's output. */
  shape(id: NodeId): Shape {
    return this.graph.nodes[id]!.shape;
  }

  /** The buffer of a node that is in memory. */
  of(id: NodeId): Buffer {
    if (!this.has(id)) this.#options.lower?.(id);
    return this.#buffers.get(id)!;
  }

  /** Whether a node has its buffer. */
  has(id: NodeId): boolean {
    return this.#buffers.has(id);
  }

  /** Lets a buffer be a node's. */
  put(id: NodeId, buffer: Buffer): Buffer {
    this.#buffers.set(id, buffer);
    return buffer;
  }

  /** A new buffer for a node's output. */
  place(id: NodeId): Buffer {
    return this.put(id, this.#options.make(id));
  }

  /** A buffer for a node's output: an input's own, where one of its shape is read here for the last time. */
  placeOver(id: NodeId, inputs: readonly NodeId[]): Buffer {
    const dies = (from: NodeId): boolean =>
      sameShape(this.shape(from), this.shape(id)) && this.fusion.lastUse[from] === id &&
      !this.#shared.has(this.of(from)) && (this.#options.fitsOver?.(id, from) ?? true);
    const dying = inputs.map((from) => this.sourceOf(from)).find(dies);
    return dying === undefined ? this.place(id) : this.put(id, this.of(dying));
  }

  /** Lets a node's output be another's, because both are the same; neither is then written over. */
  placeSame(id: NodeId, buffer: Buffer): void {
    this.#shared.add(this.put(id, buffer));
  }

  /** Places the statistics nodes of a tensor that the graph has, all that ask for the same in one buffer. */
  placeStatistics(tensor: NodeId): Record<"mean" | "variance", Buffer | undefined> {
    const placed = (op: "channel_mean" | "channel_variance"): Buffer | undefined => {
      const [first, ...others] = this.fusion.users[tensor]!.filter((id) => this.graph.nodes[id]!.op === op);
      if (first === undefined) return undefined;
      const buffer = this.place(first);
      for (const other of others) this.placeSame(other, buffer);
      return buffer;
    };
    return { mean: placed("channel_mean"), variance: placed("channel_variance") };
  }

  /** The vectors of a normalisation. */
  vectors(norm: NodeId): Vectors<Buffer> {
    const channels = this.shape(norm).at(-1)!, { makeVector } = this.#options;
    const vectors = this.#vectors.get(norm) ?? { scale: makeVector(channels), shift: makeVector(channels) };
    this.#vectors.set(norm, vectors);
    return vectors;
  }

  /** Whether {@link vectors} have been asked for, by whoever computes them. */
  hasVectors(norm: NodeId): boolean {
    return this.#vectors.has(norm);
  }

  /** The node whose buffer holds what is read of this one. */
  sourceOf(id: NodeId): NodeId {
    return this.fusion.views.get(id)?.source ?? id;
  }

  /** How to read a node: a view where it is never written, else its buffer as it is. */
  view(id: NodeId): BufferView<Buffer> {
    const { norm, activation = "none" } = this.fusion.views.get(id) ?? {};
    return this.viewOf(this.of(this.sourceOf(id)), { norm, activation });
  }

  /** A buffer under a normalisation and an activation. */
  viewOf(x: Buffer, { norm, activation }: {
    readonly norm: NodeId | undefined;
    readonly activation: Activation | "none";
  }): BufferView<Buffer> {
    const { scale, shift } = norm === undefined ? { scale: undefined, shift: undefined } : this.vectors(norm);
    return { x, scale, shift, activation: this.activationIndex(activation) };
  }

  /** How kernels are told an activation. */
  activationIndex(activation: Activation | "none"): number {
    return (this.#options.rules.activations as readonly string[]).indexOf(activation);
  }
}
