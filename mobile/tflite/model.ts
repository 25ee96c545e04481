/** A TensorFlow Lite model as data: what lowering makes, precisions transform, and the writer writes. */
import type { NodeId } from "../../core/graph/graph.ts";
import type { Shape } from "../../core/graph/shape.ts";
import type { OperatorName } from "./operators.ts";
import type { OptionTable, optionTables, TensorType } from "./schema.ts";

/** A tensor's index in its model. */
export type TensorId = number;

/** real = scale · (stored − zeroPoint), for the whole tensor or for each index of one axis. */
export interface Quantization {
  /** One, or one an index of the axis. */
  readonly scales: readonly number[];
  /** As many as scales. */
  readonly zeroPoints: readonly number[];
  /** The axis that several scales belong to. */
  readonly axis: number;
}

/** Values of a constant tensor. */
export type TensorData = Float32Array | Float16Array | Int32Array | Int8Array;

/** A tensor: a constant where it has data. */
export interface LiteTensor {
  /** Its name. */
  readonly name: string;
  /** Its extents. */
  readonly shape: Shape;
  /** The type of its elements. */
  readonly type: TensorType;
  /** Its elements, row-major, if it is a constant. */
  readonly data?: TensorData;
  /** What integers stand for. */
  readonly quantization?: Quantization;
  /** The node of the network's graph that computes it, for calibration. */
  readonly node?: NodeId;
}

/** An operator's options: the table and the fields that differ from zero. */
export type OperatorOptions = {
  readonly [Table in OptionTable]:
    & { readonly table: Table }
    & { readonly [Name in keyof typeof optionTables[Table]["fields"]]?: number };
}[OptionTable];

/** An operator. */
export interface LiteOperator {
  /** What it does. */
  readonly name: OperatorName;
  /** What it reads. */
  readonly inputs: readonly TensorId[];
  /** What it writes. */
  readonly outputs: readonly TensorId[];
  /** How it does it. */
  readonly options?: OperatorOptions;
}

/** A model of one graph with one input and one output. */
export interface LiteModel {
  /** Every tensor. */
  readonly tensors: readonly LiteTensor[];
  /** In an order in which they can run. */
  readonly operators: readonly LiteOperator[];
  /** The tensor that takes the image. */
  readonly input: TensorId;
  /** The tensor that gives the result. */
  readonly output: TensorId;
}

/** Grows a model tensor by tensor. */
export class LiteModelBuilder {
  readonly #tensors: LiteTensor[] = [];
  readonly #operators: LiteOperator[] = [];
  readonly #shared = new Map<string, TensorId>();

  /** Adds a tensor. */
  tensor(tensor: LiteTensor): TensorId {
    return this.#tensors.push(tensor) - 1;
  }

  /** A constant of integers, such as axes and paddings; equal ones are one tensor. */
  integers(shape: Shape, values: readonly number[]): TensorId {
    const key = `${shape}:${values}`;
    const known = this.#shared.get(key);
    if (known !== undefined) return known;
    const id = this.tensor({ name: `integers/${key}`, shape, type: "INT32", data: Int32Array.from(values) });
    this.#shared.set(key, id);
    return id;
  }

  /** Adds an operator. */
  operator(operator: LiteOperator): void {
    this.#operators.push(operator);
  }

  /** A tensor that was added. */
  get(id: TensorId): LiteTensor {
    return this.#tensors[id]!;
  }

  /** The model between these tensors. */
  build({ input, output }: { readonly input: TensorId; readonly output: TensorId }): LiteModel {
    return { tensors: this.#tensors, operators: this.#operators, input, output };
  }
}
