/** The state of a network's graph while it becomes an ONNX model. */
import type { NodeId } from "../../core/graph/graph.ts";
import type { OpName } from "../../core/graph/ops.ts";
import type { Shape } from "../../core/graph/shape.ts";
import { IMAGE, type InferenceNetwork } from "../network/network.ts";
import type { Row } from "../../core/graph/row.ts";
import { channelsFirst, channelsFirstShape } from "./layout.ts";
import { ATTRIBUTE_TYPE, FLOAT, INT64 } from "./schema.ts";

/** How an operation becomes an operator of ONNX. */
export type OnnxRow<K extends OpName> = Row<OnnxLowering, K>;

/** Attributes of an operator: integers and lists of them. */
export type OnnxAttributes = Readonly<Record<string, number | readonly number[]>>;

/** What a node becomes. */
export interface OnnxOperator {
  /** The operator's name. */
  readonly type: string;
  /** The nodes that it reads. */
  readonly inputs: readonly NodeId[];
  /** How it does it. */
  readonly attributes?: OnnxAttributes;
  /** Inputs behind those that are fixed, in order, by a name: a float32 scalar, or 64-bit integers. */
  readonly constants?: Readonly<Record<string, number | readonly number[]>>;
}

function attribute(name: string, value: number | readonly number[]) {
  return typeof value === "number"
    ? { name, type: ATTRIBUTE_TYPE.INT, i: BigInt(value) }
    : { name, type: ATTRIBUTE_TYPE.INTS, ints: value.map(BigInt) };
}

/** The operators and constants of a network while it is lowered. */
export class OnnxLowering {
  readonly #network: InferenceNetwork;
  readonly #nodes: object[] = [];
  readonly #initializers = new Map<NodeId, object>();
  readonly #constants: object[] = [];

  constructor(network: InferenceNetwork) {
    this.#network = network;
  }

  /** The operators so far, as messages. */
  get nodes(): readonly object[] {
    return this.#nodes;
  }

  /** The constants so far, as messages. */
  get initializers(): readonly object[] {
    return [...this.#initializers.values(), ...this.#constants];
  }

  /** The shape of a node's output, channels last. */
  shape(id: NodeId): Shape {
    return this.#network.graph.nodes[id]!.shape;
  }

  /** The name of a node's output; a parameter becomes a constant when it is first named. */
  name(id: NodeId): string {
    const node = this.#network.graph.nodes[id]!;
    if (node.op !== "input") return `${node.op}.${id}`;
    const { name } = node.attributes;
    if (name !== IMAGE && !this.#initializers.has(id)) this.#initializers.set(id, this.#constant(name, node.shape));
    return name;
  }

  #constant(name: string, shape: Shape): object {
    const values = channelsFirst(this.#network.values[name]!, shape);
    return {
      name,
      dims: channelsFirstShape(shape).map(BigInt),
      dataType: FLOAT,
      rawData: new Uint8Array(values.buffer, values.byteOffset, values.byteLength),
    };
  }

  /** Adds a fixed input of an operator, and returns its name. */
  #fixed(name: string, value: number | readonly number[]): string {
    const [dims, dataType, values] = typeof value === "number"
      ? [[], FLOAT, Float32Array.of(value)] as const
      : [[BigInt(value.length)], INT64, BigInt64Array.from(value, BigInt)] as const;
    this.#constants.push({ name, dims, dataType, rawData: new Uint8Array(values.buffer) });
    return name;
  }

  /** Adds the operator that computes a node. */
  operator(id: NodeId, { type, inputs, attributes = {}, constants = {} }: OnnxOperator): void {
    const fixed = Object.entries(constants).map(([name, value]) => this.#fixed(`${this.name(id)}.${name}`, value));
    this.#nodes.push({
      name: this.name(id),
      opType: type,
      input: [...inputs.map((from) => this.name(from)), ...fixed],
      output: [this.name(id)],
      attribute: Object.entries(attributes).map(([name, value]) => attribute(name, value)),
    });
  }

  /** Adds a softmax over the classes and returns the name of its output. */
  softmax(logits: NodeId): string {
    const output = "probabilities";
    this.#nodes.push({
      name: output,
      opType: "Softmax",
      input: [this.name(logits)],
      output: [output],
      attribute: [attribute("axis", -1)],
    });
    return output;
  }
}
