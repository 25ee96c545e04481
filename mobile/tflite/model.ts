/**
 * A TensorFlow Lite model as plain data: the conversion builds it, the precisions change it, and the writer writes it
 * to a file.
 */
import type { NodeId } from "../../core/graph/graph.ts";
import type { Shape } from "../../core/graph/shape.ts";
import type { OperatorName } from "./operators.ts";
import type { OptionTable, optionTables, TensorType } from "./schema.ts";

/** A tensor's index in its model. */
export type TensorId = number;

/** A quantisation: real = scale · (stored − zeroPoint), for the whole tensor or for each index of one axis. */
export interface Quantization {
  /** The scales: one, or one for each index of the axis. */
  readonly scales: readonly number[];
  /** The zero points: as many as scales. */
  readonly zeroPoints: readonly number[];
  /** The axis that the scales belong to, if there are several. */
  readonly axis: number;
}

/** Values of a constant tensor. */
export type TensorData = Float32Array | Float16Array | Int32Array | Int8Array;

/** A tensor; it is a constant if it has data. */
export interface LiteTensor {
  /** Its name. */
  readonly name: string;
  /** Its extents. */
  readonly shape: Shape;
  /** The type of its elements. */
  readonly type: TensorType;
  /** Its elements, row-major, if it is a constant. */
  readonly data?: TensorData;
  /** How its integers represent real numbers. */
  readonly quantization?: Quantization;
  /** The node of the network's graph that computes it, for calibration. */
  readonly node?: NodeId;
}

/** An operator's options: the name of their table, and the fields that differ from zero. */
export type OperatorOptions = {
  readonly [Table in OptionTable]:
    & { readonly table: Table }
    & { readonly [Name in keyof typeof optionTables[Table]["fields"]]?: number };
}[OptionTable];

/** An operator. */
export interface LiteOperator {
  /** Its operation. */
  readonly name: OperatorName;
  /** The tensors that it reads. */
  readonly inputs: readonly TensorId[];
  /** The tensors that it writes. */
  readonly outputs: readonly TensorId[];
  /** Its options. */
  readonly options?: OperatorOptions;
}

/** A model of one graph with one input and one output. */
export interface LiteModel {
  /** Every tensor. */
  readonly tensors: readonly LiteTensor[];
  /** The operators, in an order in which they can run. */
  readonly operators: readonly LiteOperator[];
  /** The input tensor, the image. */
  readonly input: TensorId;
  /** The output tensor, the result. */
  readonly output: TensorId;
}

/** Builds a model, tensor by tensor. */
export class LiteModelBuilder {
  readonly #tensors: LiteTensor[] = [];
  readonly #operators: LiteOperator[] = [];
  readonly #shared = new Map<string, TensorId>();

  /** Adds a tensor. */
  tensor(tensor: LiteTensor): TensorId {
    return this.#tensors.push(tensor) - 1;
  }

  /** Adds a constant of integers, such as axes or paddings; equal constants share one tensor. */
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

  /** Returns a tensor that was added. */
  get(id: TensorId): LiteTensor {
    return this.#tensors[id]!;
  }

  /** Builds the model with this input and output. */
  build({ input, output }: { readonly input: TensorId; readonly output: TensorId }): LiteModel {
    return { tensors: this.#tensors, operators: this.#operators, input, output };
  }
}
