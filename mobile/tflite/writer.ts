/** Writes models as files, with the FlatBuffers library. */
import type { Offset } from "flatbuffers";
import { elementCount } from "../../core/graph/shape.ts";
import { MobileError } from "../errors.ts";
import type { LiteModel, LiteOperator, LiteTensor, Quantization } from "./model.ts";
import { operatorCode, type OperatorName } from "./operators.ts";
import { FILE_IDENTIFIER, optionTables, SCHEMA_VERSION, slots, type TensorType, tensorTypes } from "./schema.ts";
import { TableWriter } from "./table_writer.ts";
import { operatorVersion } from "./versions.ts";

/** The largest file: offsets in a file are signed 32-bit integers. */
const LARGEST_FILE_BYTES = 2 ** 31 - 1;
/** Room that is reserved for a graph, and for each constant in addition to its values. */
const OVERHEAD_BYTES = 4096, DATA_OVERHEAD_BYTES = 512;

/** What a file contains in addition to its graph. */
export interface WriteOptions {
  /** Blocks of bytes, by name. */
  readonly metadata?: Readonly<Record<string, Uint8Array>>;
  /** The names of the input and the output in the signature. */
  readonly signature: { readonly input: string; readonly output: string };
}

function writeQuantization(writer: TableWriter, { scales, zeroPoints, axis }: Quantization): Offset {
  const { builder } = writer, at = slots.QuantizationParameters;
  builder.startVector(4, scales.length, 4);
  for (const scale of scales.toReversed()) builder.addFloat32(scale);
  const scale = builder.endVector();
  builder.startVector(8, zeroPoints.length, 8);
  for (const point of zeroPoints.toReversed()) builder.addInt64(BigInt(point));
  const zeroPoint = builder.endVector();
  return writer.table("QuantizationParameters", () => {
    builder.addFieldOffset(at.scale, scale, 0);
    builder.addFieldOffset(at.zeroPoint, zeroPoint, 0);
    builder.addFieldInt32(at.quantizedDimension, axis, 0);
  });
}

const typeNumber = (type: TensorType): number => tensorTypes.indexOf(type);

function writeTensor(writer: TableWriter, { name, shape, type, quantization }: LiteTensor, buffer: number): Offset {
  const nameAt = writer.builder.createString(name), shapeAt = writer.integers(shape), at = slots.Tensor;
  const quantizationAt = quantization ? writeQuantization(writer, quantization) : 0;
  return writer.table("Tensor", (builder) => {
    builder.addFieldOffset(at.shape, shapeAt, 0);
    builder.addFieldInt8(at.type, typeNumber(type), 0);
    builder.addFieldInt32(at.buffer, buffer, 0);
    builder.addFieldOffset(at.name, nameAt, 0);
    builder.addFieldOffset(at.quantization, quantizationAt, 0);
    builder.addFieldInt8(at.hasRank, 1, 0);
  });
}

function writeOperator(writer: TableWriter, { inputs, outputs, options }: LiteOperator, opcode: number): Offset {
  const inputsAt = writer.integers(inputs), outputsAt = writer.integers(outputs), at = slots.Operator;
  const optionsAt = options ? writer.options(options) : 0;
  return writer.table("Operator", (builder) => {
    builder.addFieldInt32(at.opcodeIndex, opcode, 0);
    builder.addFieldOffset(at.inputs, inputsAt, 0);
    builder.addFieldOffset(at.outputs, outputsAt, 0);
    if (!options) return;
    builder.addFieldInt8(at.builtinOptionsType, optionTables[options.table].union, 0);
    builder.addFieldOffset(at.builtinOptions, optionsAt, 0);
  });
}

/**
 * Old readers read an operator's number from a byte, which can hold the first 127 operators, so the number is written
 * in both fields.
 */
function writeOperatorCode(writer: TableWriter, name: OperatorName, version: number): Offset {
  const code = operatorCode(name), at = slots.OperatorCode;
  return writer.table("OperatorCode", (builder) => {
    builder.addFieldInt8(at.deprecatedBuiltinCode, Math.min(code, 127), 0);
    builder.addFieldInt32(at.version, version, 1);
    builder.addFieldInt32(at.builtinCode, code, 0);
  });
}

function writeBuffer(writer: TableWriter, data?: Uint8Array): Offset {
  const at = data && data.length > 0 ? writer.bytes(data) : 0;
  return writer.table("Buffer", (builder) => builder.addFieldOffset(slots.Buffer.data, at, 0));
}

/** Writes the operators, and their codes with versions; each pair of code and version is written once. */
function writeOperators(
  writer: TableWriter,
  { operators, tensors }: LiteModel,
): { readonly codes: Offset; readonly operators: Offset } {
  const known = new Map<string, number>(), codes: Offset[] = [];
  const written = operators.map((operator) => {
    const version = operatorVersion(operator, tensors), key = `${operator.name} ${version}`;
    const opcode = known.get(key) ?? codes.push(writeOperatorCode(writer, operator.name, version)) - 1;
    known.set(key, opcode);
    return writeOperator(writer, operator, opcode);
  });
  return { codes: writer.tables(codes), operators: writer.tables(written) };
}

function writeSignature(writer: TableWriter, model: LiteModel, names: WriteOptions["signature"]): Offset {
  const port = (name: string, tensor: number): Offset => {
    const nameAt = writer.builder.createString(name);
    const map = writer.table("TensorMap", (builder) => {
      builder.addFieldOffset(slots.TensorMap.name, nameAt, 0);
      builder.addFieldInt32(slots.TensorMap.tensorIndex, tensor, 0);
    });
    return writer.tables([map]);
  };
  const inputs = port(names.input, model.input), outputs = port(names.output, model.output);
  const key = writer.builder.createString("serving_default");
  return writer.table("SignatureDef", (builder) => {
    builder.addFieldOffset(slots.SignatureDef.inputs, inputs, 0);
    builder.addFieldOffset(slots.SignatureDef.outputs, outputs, 0);
    builder.addFieldOffset(slots.SignatureDef.signatureKey, key, 0);
  });
}

function writeMetadata(writer: TableWriter, name: string, buffer: number): Offset {
  const nameAt = writer.builder.createString(name);
  return writer.table("Metadata", (builder) => {
    builder.addFieldOffset(slots.Metadata.name, nameAt, 0);
    builder.addFieldInt32(slots.Metadata.buffer, buffer, 0);
  });
}

const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Uint8Array =>
  new Uint8Array(buffer, byteOffset, byteLength);

/** Writes every constant as a buffer of its own. Buffer 0 is empty; tensors without data refer to it. */
function writeConstants(
  writer: TableWriter,
  { tensors }: LiteModel,
): { readonly buffers: Offset[]; readonly bufferOf: readonly number[] } {
  const buffers = [writeBuffer(writer)];
  const bufferOf = tensors.map(({ data }) => data ? buffers.push(writeBuffer(writer, bytesOf(data))) - 1 : 0);
  return { buffers, bufferOf };
}

function writeSubgraph(
  writer: TableWriter,
  model: LiteModel,
  { operators, bufferOf }: { readonly operators: Offset; readonly bufferOf: readonly number[] },
): Offset {
  const tensors = writer.tables(model.tensors.map((tensor, id) => writeTensor(writer, tensor, bufferOf[id]!)));
  const inputs = writer.integers([model.input]), outputs = writer.integers([model.output]);
  const name = writer.builder.createString("main");
  return writer.table("SubGraph", (builder) => {
    builder.addFieldOffset(slots.SubGraph.tensors, tensors, 0);
    builder.addFieldOffset(slots.SubGraph.inputs, inputs, 0);
    builder.addFieldOffset(slots.SubGraph.outputs, outputs, 0);
    builder.addFieldOffset(slots.SubGraph.operators, operators, 0);
    builder.addFieldOffset(slots.SubGraph.name, name, 0);
  });
}

function writeModel(writer: TableWriter, model: LiteModel, { metadata = {}, signature }: WriteOptions): Offset {
  const { buffers, bufferOf } = writeConstants(writer, model);
  const entries = Object.entries(metadata).map(([name, blob]) =>
    writeMetadata(writer, name, buffers.push(writeBuffer(writer, blob)) - 1)
  );
  const { codes, operators } = writeOperators(writer, model);
  const subgraphs = writer.tables([writeSubgraph(writer, model, { operators, bufferOf })]);
  const signatures = writer.tables([writeSignature(writer, model, signature)]);
  const metadataAt = writer.tables(entries), buffersAt = writer.tables(buffers);
  const description = writer.builder.createString("zennas"), at = slots.Model;
  return writer.table("Model", (builder) => {
    builder.addFieldInt32(at.version, SCHEMA_VERSION, 0);
    builder.addFieldOffset(at.operatorCodes, codes, 0);
    builder.addFieldOffset(at.subgraphs, subgraphs, 0);
    builder.addFieldOffset(at.description, description, 0);
    builder.addFieldOffset(at.buffers, buffersAt, 0);
    builder.addFieldOffset(at.metadata, metadataAt, 0);
    builder.addFieldOffset(at.signatureDefs, signatures, 0);
  });
}

/** Throws MobileError EXPORT_TOO_LARGE for an activation that a runtime with 32-bit sizes cannot hold. */
function checkActivations({ tensors }: LiteModel): void {
  const large = tensors.find(({ shape, data }) => !data && 4 * elementCount(shape) > LARGEST_FILE_BYTES);
  if (!large) return;
  throw new MobileError(
    "EXPORT_TOO_LARGE",
    `Cannot run ${large.name} [${large.shape}] as a tensor holds at most 2 GiB`,
    {
      data: { tensor: large.name, shape: large.shape },
    },
  );
}

/**
 * Writes a model as the bytes of a `.tflite` file. Throws MobileError EXPORT_TOO_LARGE where it would be larger than 2
 * GiB.
 */
export function writeLiteModel(model: LiteModel, options: WriteOptions): Uint8Array {
  checkActivations(model);
  const blobs = [...model.tensors.flatMap(({ data }) => data ?? []), ...Object.values(options.metadata ?? {})];
  const needed = blobs.reduce((sum, { byteLength }) => sum + byteLength + DATA_OVERHEAD_BYTES, OVERHEAD_BYTES);
  if (needed > LARGEST_FILE_BYTES) {
    throw new MobileError("EXPORT_TOO_LARGE", `Cannot write ${needed} bytes as a file holds at most 2 GiB`, {
      data: { bytes: needed },
    });
  }
  const writer = new TableWriter(needed);
  writer.builder.finish(writeModel(writer, model, options), FILE_IDENTIFIER);
  return writer.builder.asUint8Array();
}
