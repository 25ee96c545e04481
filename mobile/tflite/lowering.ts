/** The state of a network's graph while it becomes a TensorFlow Lite model. */
import type { Graph, NodeId } from "../../core/graph/graph.ts";
import type { OpName } from "../../core/graph/ops.ts";
import type { Shape } from "../../core/graph/shape.ts";
import { MobileError } from "../errors.ts";
import { IMAGE, imageNode, type InferenceNetwork } from "../network/network.ts";
import type { Row } from "../../core/graph/row.ts";
import { soleReaders } from "../network/sole_readers.ts";
import { LiteModelBuilder, type LiteOperator, type TensorData, type TensorId } from "./model.ts";
import { ACTIVATION, PADDING } from "./schema.ts";
import { paddingForm, type Window } from "./window.ts";

/** How an operation becomes operators of TensorFlow Lite. */
export type LiteRow<K extends OpName> = Row<LiteLowering, K>;

/** The output tensor of an operator, and the activation that the operator applies to it. */
export interface FusedOutput {
  readonly tensor: TensorId;
  /** A value of ACTIVATION. */
  readonly activation: number;
}

/** The activations that an operator can apply to its own output. */
const fusedActivations: Partial<Record<OpName, number>> = { relu: ACTIVATION.RELU, relu6: ACTIVATION.RELU6 };

/** The value of padding positions. */
type PaddingValue = "zero" | "lowest";

/** The tensors and operators of a network while it is lowered. */
export class LiteLowering {
  readonly #network: InferenceNetwork;
  readonly #soleReaders: readonly (NodeId | undefined)[];
  readonly #builder = new LiteModelBuilder();
  readonly #tensors = new Map<NodeId, TensorId>();

  constructor(network: InferenceNetwork) {
    this.#network = network;
    this.#soleReaders = soleReaders(network.graph);
  }

  /** The network's graph. */
  get graph(): Graph {
    return this.#network.graph;
  }

  /** The builder of the model. */
  get builder(): LiteModelBuilder {
    return this.#builder;
  }

  /** The shape of a node's output. */
  shape(id: NodeId): Shape {
    return this.graph.nodes[id]!.shape;
  }

  /** A parameter's values; throws MobileError EXPORT_UNSUPPORTED_OP where the node is an activation. */
  parameter(id: NodeId): Float32Array {
    const node = this.graph.nodes[id]!;
    const values = node.op === "input" ? this.#network.values[node.attributes.name] : undefined;
    if (values) return values;
    throw new MobileError("EXPORT_UNSUPPORTED_OP", `Cannot export a weight that is computed by ${node.op}`, {
      data: { op: node.op, node: id },
    });
  }

  /** The name of the layer that a parameter belongs to: the parameter's name without its last part. */
  layer(id: NodeId): string {
    const node = this.graph.nodes[id]!;
    return node.op === "input" ? node.attributes.name.replace(/\.(weight|scale)$/, "") : `${node.op}.${id}`;
  }

  /** Whether the node's output has a tensor already. */
  isPlaced(id: NodeId): boolean {
    return this.#tensors.has(id);
  }

  /** Adds a constant tensor. */
  constant(name: string, { shape, data }: { readonly shape: Shape; readonly data: TensorData }): TensorId {
    return this.#builder.tensor({ name, shape, type: data instanceof Int32Array ? "INT32" : "FLOAT32", data });
  }

  /** The tensor of a node: an activation that has been placed, or a parameter, which is added unchanged. */
  tensor(id: NodeId): TensorId {
    const known = this.#tensors.get(id);
    if (known !== undefined) return known;
    const node = this.graph.nodes[id]!, name = node.op === "input" ? node.attributes.name : `${node.op}.${id}`;
    const tensor = this.constant(name, { shape: node.shape, data: this.parameter(id) });
    this.#tensors.set(id, tensor);
    return tensor;
  }

  /** Adds a tensor for a node's output. */
  place(id: NodeId, name = `${this.graph.nodes[id]!.op}.${id}`): TensorId {
    const tensor = this.#builder.tensor({ name, shape: this.shape(id), type: "FLOAT32", node: id });
    this.#tensors.set(id, tensor);
    return tensor;
  }

  /**
   * Adds a tensor for a node's output. If the only reader is a ReLU or ReLU6, the operator applies it itself and writes
   * its output instead.
   */
  placeFused(id: NodeId, name?: string): FusedOutput {
    const reader = this.#soleReaders[id], activation = fusedActivations[this.graph.nodes[reader ?? -1]?.op ?? "input"];
    if (activation === undefined) return { tensor: this.place(id, name), activation: ACTIVATION.NONE };
    const tensor = this.place(reader!, name);
    this.#tensors.set(id, tensor);
    return { tensor, activation };
  }

  /** Adds an operator. */
  operator(operator: LiteOperator): void {
    this.#builder.operator(operator);
  }

  /**
   * The input of a window operator and the padding option to write. Where that option cannot express the padding, a
   * padded copy of the input is added.
   */
  windowInput(
    x: NodeId,
    window: Window & { readonly outside: PaddingValue },
  ): { readonly tensor: TensorId; readonly padding: number } {
    const tensor = this.tensor(x), [, h, w] = this.shape(x) as readonly [number, number, number, number];
    const form = paddingForm([h, w], window);
    if (form !== "PAD") return { tensor, padding: PADDING[form] };
    return { tensor: this.#padded(tensor, window), padding: PADDING.VALID };
  }

  #padded(tensor: TensorId, window: Window & { readonly outside: PaddingValue }): TensorId {
    const { padding, paddingAfter = padding, outside } = window;
    const { name, shape, node } = this.#builder.get(tensor);
    const [n, h, w, c] = shape as readonly [number, number, number, number];
    const padded = this.#builder.tensor({
      name: `${name}/padded`,
      shape: [n, padding + h + paddingAfter, padding + w + paddingAfter, c],
      type: "FLOAT32",
      ...(node === undefined ? {} : { node }),
    });
    const sides = this.#builder.integers([4, 2], [0, 0, padding, paddingAfter, padding, paddingAfter, 0, 0]);
    if (outside === "zero") {
      this.operator({ name: "PAD", inputs: [tensor, sides], outputs: [padded], options: { table: "PadOptions" } });
    } else {
      const lowest = this.constant(`${name}/lowest`, { shape: [1], data: Float32Array.of(-3.4028234663852886e38) });
      this.operator({
        name: "PADV2",
        inputs: [tensor, sides, lowest],
        outputs: [padded],
        options: { table: "PadV2Options" },
      });
    }
    return padded;
  }

  /** Adds the tensor of the input image. */
  placeImage(): TensorId {
    return this.place(imageNode(this.graph), IMAGE);
  }
}
