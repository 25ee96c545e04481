/** A `.tflite` file as it was read, ours or anyone's. */

/** What a tensor's integers stand for. */
export interface FileQuantization {
  /** One, or one an index of the axis. */
  readonly scales: readonly number[];
  /** As many as scales, or none. */
  readonly zeroPoints: readonly number[];
  /** The axis that several scales belong to. */
  readonly axis: number;
}

/** A tensor of a file. */
export interface FileTensor {
  /** Its name. */
  readonly name: string;
  /** Its extents. */
  readonly shape: readonly number[];
  /** The type of its elements, `TYPE_<number>` for those that this version does not know. */
  readonly type: string;
  /** Its values, if it is a constant. */
  readonly data?: Uint8Array;
  /** What its integers stand for, if it is quantised. */
  readonly quantization?: FileQuantization;
}

/** An operator of a file. */
export interface FileOperator {
  /** What it does, `OP_<number>` for those that this version does not know, a custom one's own name. */
  readonly name: string;
  /** The version that a runtime must know. */
  readonly version: number;
  /** Whether it is none of the built-in ones. */
  readonly custom: boolean;
  /** Indices of tensors; −1 for one that is left out. */
  readonly inputs: readonly number[];
  /** Indices of tensors. */
  readonly outputs: readonly number[];
  /** Options of the tables that this version knows. */
  readonly options: Readonly<Record<string, number>>;
}

/** A graph of a file. */
export interface FileGraph {
  /** Its name. */
  readonly name: string;
  /** Every tensor. */
  readonly tensors: readonly FileTensor[];
  /** Indices of the tensors that callers fill. */
  readonly inputs: readonly number[];
  /** Indices of the tensors that callers get. */
  readonly outputs: readonly number[];
  /** Every operator, in the order in which they run. */
  readonly operators: readonly FileOperator[];
}

/** A signature: names for tensors of the first graph. */
export interface FileSignature {
  /** Its name. */
  readonly key: string;
  /** Tensors that callers fill, by name. */
  readonly inputs: Readonly<Record<string, number>>;
  /** Tensors that callers get, by name. */
  readonly outputs: Readonly<Record<string, number>>;
}

/** A whole file. */
export interface LiteFile {
  /** Bytes of the file. */
  readonly bytes: number;
  /** Version of the schema. */
  readonly version: number;
  /** What the file says about itself. */
  readonly description: string;
  /** The graphs; the first one runs. */
  readonly graphs: readonly FileGraph[];
  /** Names for inputs and outputs. */
  readonly signatures: readonly FileSignature[];
  /** Named blobs. */
  readonly metadata: Readonly<Record<string, Uint8Array>>;
}
