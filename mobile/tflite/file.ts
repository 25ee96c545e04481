/** The contents of a `.tflite` file that was read, written by us or by anyone else. */

/** How a tensor's integers represent real numbers. */
export interface FileQuantization {
  /** The scales: one for the tensor, or one for each index of the axis. */
  readonly scales: readonly number[];
  /** The zero points: as many as scales, or none. */
  readonly zeroPoints: readonly number[];
  /** The axis that the scales belong to, if there are several. */
  readonly axis: number;
}

/** A tensor of a file. */
export interface FileTensor {
  /** Its name. */
  readonly name: string;
  /** Its extents. */
  readonly shape: readonly number[];
  /** The type of its elements; `TYPE_<number>` for a type that this version does not know. */
  readonly type: string;
  /** Its values, if it is a constant. */
  readonly data?: Uint8Array;
  /** How its integers represent real numbers, if it is quantised. */
  readonly quantization?: FileQuantization;
}

/** An operator of a file. */
export interface FileOperator {
  /** Its operation; `OP_<number>` for one that this version does not know, and a custom operator's own name. */
  readonly name: string;
  /** The version of the operator that a runtime must support. */
  readonly version: number;
  /** Whether it is a custom operator, not one of the built-in ones. */
  readonly custom: boolean;
  /** The indices of its input tensors; −1 for an input that is left out. */
  readonly inputs: readonly number[];
  /** The indices of its output tensors. */
  readonly outputs: readonly number[];
  /** Its options, for the tables that this version knows. */
  readonly options: Readonly<Record<string, number>>;
}

/** A graph of a file. */
export interface FileGraph {
  /** Its name. */
  readonly name: string;
  /** Every tensor. */
  readonly tensors: readonly FileTensor[];
  /** The indices of the input tensors, which callers fill. */
  readonly inputs: readonly number[];
  /** The indices of the output tensors, which callers read. */
  readonly outputs: readonly number[];
  /** Every operator, in the order in which they run. */
  readonly operators: readonly FileOperator[];
}

/** A signature: names for input and output tensors of the first graph. */
export interface FileSignature {
  /** Its name. */
  readonly key: string;
  /** The input tensors by name. */
  readonly inputs: Readonly<Record<string, number>>;
  /** The output tensors by name. */
  readonly outputs: Readonly<Record<string, number>>;
}

/** A whole file. */
export interface LiteFile {
  /** Bytes of the file. */
  readonly bytes: number;
  /** Version of the schema. */
  readonly version: number;
  /** The file's own description of itself. */
  readonly description: string;
  /** The graphs; the first one is the one that runs. */
  readonly graphs: readonly FileGraph[];
  /** Names for inputs and outputs. */
  readonly signatures: readonly FileSignature[];
  /** Blocks of bytes, by name. */
  readonly metadata: Readonly<Record<string, Uint8Array>>;
}
