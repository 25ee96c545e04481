/**
 * The parts of the file format that we write or read: identifiers, and the order of the fields in each table.
 *
 * Copied by hand from TensorFlow Lite's schema.fbs (schema version 3, Copyright The TensorFlow Authors, Apache-2.0).
 */

/** The identifier in bytes 4 to 7 of every file. */
export const FILE_IDENTIFIER = "TFL3";
/** The version of the schema. */
export const SCHEMA_VERSION = 3;

/** The types of tensors, in the order of their numbers. */
export const tensorTypes = [
  "FLOAT32",
  "FLOAT16",
  "INT32",
  "UINT8",
  "INT64",
  "STRING",
  "BOOL",
  "INT16",
  "COMPLEX64",
  "INT8",
  "FLOAT64",
  "COMPLEX128",
  "UINT64",
  "RESOURCE",
  "VARIANT",
  "UINT32",
  "UINT16",
  "INT4",
  "BFLOAT16",
] as const;

/** The type of a tensor's elements. */
export type TensorType = typeof tensorTypes[number];

/** The padding of a window: `SAME` pads so that the output's extent is ⌈extent / stride⌉, `VALID` does not pad. */
export const PADDING = { SAME: 0, VALID: 1 } as const;
/** The activation that an operator applies to its own output. */
export const ACTIVATION = { NONE: 0, RELU: 1, RELU_N1_TO_1: 2, RELU6: 3 } as const;

/** A field of a table: its slot, its type, and its default value, which is not stored. */
export type Field = readonly [slot: number, type: "int8" | "int32" | "float32", absent: number];

/** The tables of operators' options: their number in the union, and the fields that we use. */
export const optionTables = {
  Conv2DOptions: {
    union: 1,
    fields: {
      padding: [0, "int8", 0],
      strideW: [1, "int32", 0],
      strideH: [2, "int32", 0],
      activation: [3, "int8", 0],
      dilationW: [4, "int32", 1],
      dilationH: [5, "int32", 1],
    },
  },
  DepthwiseConv2DOptions: {
    union: 2,
    fields: {
      padding: [0, "int8", 0],
      strideW: [1, "int32", 0],
      strideH: [2, "int32", 0],
      depthMultiplier: [3, "int32", 0],
      activation: [4, "int8", 0],
      dilationW: [5, "int32", 1],
      dilationH: [6, "int32", 1],
    },
  },
  Pool2DOptions: {
    union: 5,
    fields: {
      padding: [0, "int8", 0],
      strideW: [1, "int32", 0],
      strideH: [2, "int32", 0],
      filterW: [3, "int32", 0],
      filterH: [4, "int32", 0],
      activation: [5, "int8", 0],
    },
  },
  FullyConnectedOptions: {
    union: 8,
    fields: { activation: [0, "int8", 0], keepDims: [2, "int8", 0], asymmetricInputs: [3, "int8", 0] },
  },
  SoftmaxOptions: { union: 9, fields: { beta: [0, "float32", 0] } },
  ConcatenationOptions: { union: 10, fields: { axis: [0, "int32", 0], activation: [1, "int8", 0] } },
  AddOptions: { union: 11, fields: { activation: [0, "int8", 0] } },
  ReshapeOptions: { union: 17, fields: {} },
  MulOptions: { union: 21, fields: { activation: [0, "int8", 0] } },
  PadOptions: { union: 22, fields: {} },
  TransposeOptions: { union: 26, fields: {} },
  ReducerOptions: { union: 27, fields: { keepDims: [0, "int8", 0] } },
  StridedSliceOptions: { union: 32, fields: {} },
  DequantizeOptions: { union: 38, fields: {} },
  PadV2Options: { union: 43, fields: {} },
  QuantizeOptions: { union: 89, fields: {} },
} as const satisfies Record<string, { union: number; fields: Readonly<Record<string, Field>> }>;

/** The name of a table of options. */
export type OptionTable = keyof typeof optionTables;

/** The slots of fields, by table. A union takes two slots: the number of its member, then the member. */
export const slots = {
  Model: {
    version: 0,
    operatorCodes: 1,
    subgraphs: 2,
    description: 3,
    buffers: 4,
    metadata: 6,
    signatureDefs: 7,
  },
  OperatorCode: { deprecatedBuiltinCode: 0, customCode: 1, version: 2, builtinCode: 3 },
  SubGraph: { tensors: 0, inputs: 1, outputs: 2, operators: 3, name: 4 },
  Tensor: { shape: 0, type: 1, buffer: 2, name: 3, quantization: 4, sparsity: 6, hasRank: 8 },
  QuantizationParameters: { scale: 2, zeroPoint: 3, quantizedDimension: 6 },
  Operator: { opcodeIndex: 0, inputs: 1, outputs: 2, builtinOptionsType: 3, builtinOptions: 4 },
  Buffer: { data: 0, offset: 1, size: 2 },
  Metadata: { name: 0, buffer: 1 },
  SignatureDef: { inputs: 0, outputs: 1, signatureKey: 2 },
  TensorMap: { name: 0, tensorIndex: 1 },
} as const;
