/**
 * Reads `.tflite` files. The reader shares only the schema's numbers with the writer, and those are tested on files
 * written by others. So an error of the writer cannot hide in the reader.
 */
import type { FileGraph, FileOperator, FileQuantization, FileSignature, FileTensor, LiteFile } from "./file.ts";
import { FlatTable } from "./flatbuffer.ts";
import { operatorNames } from "./operators.ts";
import { type Field, FILE_IDENTIFIER, optionTables, slots, tensorTypes } from "./schema.ts";

/** Bytes of an element, for the types whose tensors are stored as plain arrays. */
const ELEMENT_BYTES: Readonly<Record<string, number>> = {
  FLOAT32: 4,
  FLOAT16: 2,
  INT32: 4,
  UINT8: 1,
  INT64: 8,
  INT16: 2,
  INT8: 1,
  BOOL: 1,
};

interface OperatorCode {
  readonly name: string;
  readonly version: number;
  readonly custom: boolean;
}

/** Old files store an operator's number in a byte, new files in two fields, of which the larger is the number. */
function readCode(table: FlatTable): OperatorCode {
  const at = slots.OperatorCode;
  const code = Math.max(table.scalar(at.deprecatedBuiltinCode, "int8"), table.scalar(at.builtinCode, "int32"));
  const builtin = operatorNames[code] ?? `OP_${code}`, custom = builtin === "CUSTOM";
  return {
    name: custom ? table.string(at.customCode) : builtin,
    version: table.scalar(at.version, "int32", 1),
    custom,
  };
}

/** A buffer's bytes: stored in the table or, in files of more than 2 GiB, after the tables. */
function readBuffer(table: FlatTable): Uint8Array {
  const offset = table.uint64(slots.Buffer.offset), size = table.uint64(slots.Buffer.size);
  return offset > 1 ? table.fileBytes(offset, size) : table.bytes(slots.Buffer.data);
}

function readQuantization(table: FlatTable | undefined): FileQuantization | undefined {
  const at = slots.QuantizationParameters, scales = table?.scalars(at.scale, "float32") ?? [];
  if (!table || scales.length === 0) return undefined;
  return {
    scales,
    zeroPoints: table.int64s(at.zeroPoint).map(Number),
    axis: table.scalar(at.quantizedDimension, "int32"),
  };
}

function checkData({ name, shape, type, data }: FileTensor, table: FlatTable): void {
  const size = ELEMENT_BYTES[type];
  if (!data || size === undefined || table.has(slots.Tensor.sparsity)) return;
  const needed = shape.reduce((product, extent) => product * extent, size);
  if (needed === data.length) return;
  throw table.corrupt(`${name} needs ${needed} bytes for ${type} [${shape}], and has ${data.length}`);
}

function readTensor(table: FlatTable, buffers: readonly Uint8Array[]): FileTensor {
  const at = slots.Tensor, type = table.scalar(at.type, "int8"), buffer = table.scalar(at.buffer, "uint32");
  const data = buffers[buffer], quantization = readQuantization(table.table(at.quantization));
  if (!data) throw table.corrupt(`a tensor is in buffer ${buffer} of ${buffers.length}`);
  const tensor: FileTensor = {
    name: table.string(at.name),
    shape: table.scalars(at.shape, "int32"),
    type: tensorTypes[type] ?? `TYPE_${type}`,
    ...(data.length > 0 ? { data } : {}),
    ...(quantization ? { quantization } : {}),
  };
  checkData(tensor, table);
  return tensor;
}

const tablesByUnion = new Map(Object.values(optionTables).map((table) => [table.union as number, table]));

function readOptions(table: FlatTable): Record<string, number> {
  const known = tablesByUnion.get(table.scalar(slots.Operator.builtinOptionsType, "uint8"));
  const options = known && table.table(slots.Operator.builtinOptions);
  if (!options) return {};
  const fields = Object.entries<Field>(known.fields);
  return Object.fromEntries(fields.map(([name, [slot, type, absent]]) => [name, options.scalar(slot, type, absent)]));
}

/** Reads indices of tensors; throws MobileError MODEL_CORRUPT for an index that is out of range. */
function indices(table: FlatTable, slot: number, { count, optional }: { count: number; optional: boolean }): number[] {
  const values = table.scalars(slot, "int32");
  const wrong = values.find((value) => value >= count || value < (optional ? -1 : 0));
  if (wrong === undefined) return values;
  throw table.corrupt(`it uses tensor ${wrong} of ${count}`);
}

function readOperator(
  table: FlatTable,
  { codes, tensors }: { readonly codes: readonly OperatorCode[]; readonly tensors: number },
): FileOperator {
  const at = slots.Operator, opcode = table.scalar(at.opcodeIndex, "uint32"), code = codes[opcode];
  if (!code) throw table.corrupt(`an operator has code ${opcode} of ${codes.length}`);
  return {
    ...code,
    inputs: indices(table, at.inputs, { count: tensors, optional: true }),
    outputs: indices(table, at.outputs, { count: tensors, optional: false }),
    options: readOptions(table),
  };
}

function readGraph(
  table: FlatTable,
  { codes, buffers }: { readonly codes: readonly OperatorCode[]; readonly buffers: readonly Uint8Array[] },
): FileGraph {
  const at = slots.SubGraph, tensors = table.tables(at.tensors).map((tensor) => readTensor(tensor, buffers));
  const range = { count: tensors.length, optional: false };
  return {
    name: table.string(at.name),
    tensors,
    inputs: indices(table, at.inputs, range),
    outputs: indices(table, at.outputs, range),
    operators: table.tables(at.operators).map((operator) => readOperator(operator, { codes, tensors: tensors.length })),
  };
}

function readPorts(table: FlatTable, slot: number): Record<string, number> {
  const at = slots.TensorMap;
  return Object.fromEntries(
    table.tables(slot).map((port) => [port.string(at.name), port.scalar(at.tensorIndex, "uint32")]),
  );
}

function readSignature(table: FlatTable): FileSignature {
  const at = slots.SignatureDef;
  return {
    key: table.string(at.signatureKey),
    inputs: readPorts(table, at.inputs),
    outputs: readPorts(table, at.outputs),
  };
}

function readMetadata(table: FlatTable, buffers: readonly Uint8Array[]): readonly [string, Uint8Array] {
  const at = slots.Metadata, buffer = table.scalar(at.buffer, "uint32"), data = buffers[buffer];
  if (!data) throw table.corrupt(`metadata are in buffer ${buffer} of ${buffers.length}`);
  return [table.string(at.name), data];
}

/**
 * Reads a `.tflite` file. The data of constants are views of the bytes. For bytes that are no such file it throws
 * MobileError MODEL_CORRUPT, and no other error.
 */
export function readLiteFile(bytes: Uint8Array): LiteFile {
  const model = FlatTable.root(bytes, FILE_IDENTIFIER), at = slots.Model;
  const codes = model.tables(at.operatorCodes).map(readCode);
  const buffers = model.tables(at.buffers).map(readBuffer);
  const graphs = model.tables(at.subgraphs).map((graph) => readGraph(graph, { codes, buffers }));
  if (graphs.length === 0) throw model.corrupt("it has no graph");
  return {
    bytes: bytes.length,
    version: model.scalar(at.version, "uint32"),
    description: model.string(at.description),
    graphs,
    signatures: model.tables(at.signatureDefs).map(readSignature),
    metadata: Object.fromEntries(model.tables(at.metadata).map((entry) => readMetadata(entry, buffers))),
  };
}
