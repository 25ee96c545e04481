/** Writes models as files, with the FlatBuffers library. */
import type { Offset } from "npm:flatbuffers@25.9.23";
import { elementCount } from "../../core/graph/shape.ts";
import { MobileError } from "../errors.ts";
import type { LiteModel, LiteOperator, LiteTensor, Quantization } from "./model.ts";
import { operatorCode, type OperatorName } from "./operators.ts";
import { FILE_IDENTIFIER, optionTables, SCHEMA_VERSION, type TensorType, tensorTypes } from "./schema.ts";
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
  const { builder } = writer;
  builder.startVector(4, scales.length, 4);
  for (const scale of scales.toReversed()) builder.addFloat32(scale);
  const scale = builder.endVector();
  builder.startVector(8, zeroPoints.length, 8);
  for (const point of zeroPoints.toReversed()) builder.addInt64(BigInt(point));
  const zeroPoint = builder.endVector();
  return writer.table("QuantizationParameters", {
    scale: ["offset", scale],
    zeroPoint: ["offset", zeroPoint],
    quantizedDimension: ["int32", axis],
  });
}

const typeNumber = (type: TensorType): number => tensorTypes.indexOf(type);

function writeTensor(writer: TableWriter, { name, shape, type, quantization }: LiteTensor, buffer: number): Offset {
  return writer.table("Tensor", {
    shape: ["offset", writer.integers(shape)],
    type: ["int8", typeNumber(type)],
    buffer: ["int32", buffer],
    name: ["offset", writer.text(name)],
    ...(quantization && { quantization: ["offset", writeQuantization(writer, quantization)] }),
    hasRank: ["int8", 1],
  });
}

function writeOperator(writer: TableWriter, { inputs, outputs, options }: LiteOperator, opcode: number): Offset {
  return writer.table("Operator", {
    opcodeIndex: ["int32", opcode],
    inputs: ["offset", writer.integers(inputs)],
    outputs: ["offset", writer.integers(outputs)],
    ...(options && {
      builtinOptionsType: ["int8", optionTables[options.table].union],
      builtinOptions: ["offset", writer.options(options)],
    }),
  });
}

/** The largest number of an operator that fits a byte. */
const LARGEST_OLD_CODE = 127;

/**
 * Old readers read an operator's number from a byte, so it is written in both fields. A larger one is in the new field
 * alone.
 */
function writeOperatorCode(writer: TableWriter, name: OperatorName, version: number): Offset {
  const code = operatorCode(name);
  return writer.table("OperatorCode", {
    deprecatedBuiltinCode: ["int8", Math.min(code, LARGEST_OLD_CODE)],
    version: ["int32", version],
    builtinCode: ["int32", code],
  });
}

function writeBuffer(writer: TableWriter, data?: Uint8Array): Offset {
  return writer.table("Buffer", data && data.length > 0 ? { data: ["offset", writer.bytes(data)] } : {});
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
  const port = (name: string, tensor: number): Offset =>
    writer.tables([
      writer.table("TensorMap", { name: ["offset", writer.text(name)], tensorIndex: ["int32", tensor] }),
    ]);
  return writer.table("SignatureDef", {
    inputs: ["offset", port(names.input, model.input)],
    outputs: ["offset", port(names.output, model.output)],
    signatureKey: ["offset", writer.text("serving_default")],
  });
}

function writeMetadata(writer: TableWriter, name: string, buffer: number): Offset {
  return writer.table("Metadata", { name: ["offset", writer.text(name)], buffer: ["int32", buffer] });
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
  const tensors = model.tensors.map((tensor, id) => writeTensor(writer, tensor, bufferOf[id]!));
  return writer.table("SubGraph", {
    tensors: ["offset", writer.tables(tensors)],
    inputs: ["offset", writer.integers([model.input])],
    outputs: ["offset", writer.integers([model.output])],
    operators: ["offset", operators],
    name: ["offset", writer.text("main")],
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
  return writer.table("Model", {
    version: ["int32", SCHEMA_VERSION],
    operatorCodes: ["offset", codes],
    subgraphs: ["offset", subgraphs],
    description: ["offset", writer.text("zennas")],
    buffers: ["offset", writer.tables(buffers)],
    metadata: ["offset", writer.tables(entries)],
    signatureDefs: ["offset", signatures],
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
