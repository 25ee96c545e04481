/**
 * Gives a file other inputs and outputs, without touching its operators. New tables are put in front of the file's bytes
 * and refer to the old ones behind them: offsets in a FlatBuffer only point forwards, so a file can grow at its head alone.
 */
import type { Offset } from "npm:flatbuffers@25.9.23";
import type { FileGraph, FileTensor } from "./file.ts";
import { FlatTable } from "./flatbuffer.ts";
import { operatorCode, type OperatorName } from "./operators.ts";
import { readLiteFile } from "./reader.ts";
import { FILE_IDENTIFIER, SCHEMA_VERSION, slots } from "./schema.ts";
import { TableWriter } from "./table_writer.ts";

/** Room for the new tables. */
const HEAD_BYTES = 1 << 16;
/** Bytes in front of a vector's elements: their number. */
const LENGTH_BYTES = 4;
/** The types that `QUANTIZE` makes of float32, and `DEQUANTIZE` makes float32 of. */
const quantized: ReadonlySet<string> = new Set(["INT8", "UINT8", "INT16"]);
/** The version of `QUANTIZE` and `DEQUANTIZE` for each of them. */
const versions: Readonly<Record<string, number>> = { UINT8: 1, INT8: 2, INT16: 3 };

/** An operator that is put before the file's first or behind its last. */
interface Conversion {
  readonly name: OperatorName;
  readonly from: number;
  readonly to: number;
  readonly version: number;
}

/** A file's bytes at the end of a builder's, so that new tables can refer to the old ones. */
class Head {
  readonly writer: TableWriter;
  readonly #end: number;

  constructor(bytes: Uint8Array) {
    this.writer = new TableWriter(bytes.length + HEAD_BYTES);
    this.#end = this.writer.bytes(bytes) - LENGTH_BYTES;
  }

  /** What is at this position of the file, for a new field to refer to. */
  old(position: number): Offset {
    return this.#end - position;
  }

  olds(tables: readonly FlatTable[]): Offset[] {
    return tables.map(({ position }) => this.old(position));
  }
}

/** Tensors that take a file's place at its border: float32 ones for those that hold 8 or 16 bits. */
class Border {
  readonly tensors: FileTensor[] = [];
  readonly before: Conversion[] = [];
  readonly behind: Conversion[] = [];
  readonly #graph: FileGraph;

  constructor(graph: FileGraph) {
    this.#graph = graph;
  }

  #float(id: number): number | undefined {
    const { name, shape, type, quantization } = this.#graph.tensors[id]!;
    if (!quantization || !quantized.has(type)) return undefined;
    return this.#graph.tensors.length + this.tensors.push({ name, shape, type: "FLOAT32" }) - 1;
  }

  input(id: number): number {
    const from = this.#float(id);
    if (from === undefined) return id;
    this.before.push({ name: "QUANTIZE", from, to: id, version: 1 });
    return from;
  }

  output(id: number): number {
    const to = this.#float(id);
    if (to === undefined) return id;
    this.behind.push({ name: "DEQUANTIZE", from: id, to, version: versions[this.#graph.tensors[id]!.type]! });
    return to;
  }
}

function writeCode({ writer }: Head, { name, version }: Conversion): Offset {
  const code = operatorCode(name);
  return writer.table("OperatorCode", {
    deprecatedBuiltinCode: ["int8", Math.min(code, 127)],
    version: ["int32", version],
    builtinCode: ["int32", code],
  });
}

function writeConversion({ writer }: Head, { from, to }: Conversion, opcode: number): Offset {
  return writer.table("Operator", {
    opcodeIndex: ["int32", opcode],
    inputs: ["offset", writer.integers([from])],
    outputs: ["offset", writer.integers([to])],
  });
}

function writeFloat({ writer }: Head, { name, shape }: FileTensor): Offset {
  return writer.table("Tensor", {
    shape: ["offset", writer.integers(shape)],
    name: ["offset", writer.text(name)],
    hasRank: ["int8", 1],
  });
}

/** The inputs and outputs of a graph, in the order of its border. */
interface Ports {
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
}

function writeGraph(
  head: Head,
  graph: FlatTable,
  { border, ports, codes }: { readonly border: Border; readonly ports: Ports; readonly codes: number },
): Offset {
  const { writer } = head, at = slots.SubGraph, { tensors, before, behind } = border;
  const conversions = [...before, ...behind].map((each, index) => writeConversion(head, each, codes + index));
  const operators = [
    ...conversions.slice(0, before.length),
    ...head.olds(graph.tables(at.operators)),
    ...conversions.slice(before.length),
  ];
  const all = [...head.olds(graph.tables(at.tensors)), ...tensors.map((tensor) => writeFloat(head, tensor))];
  return writer.table("SubGraph", {
    tensors: ["offset", writer.tables(all)],
    inputs: ["offset", writer.integers(ports.inputs)],
    outputs: ["offset", writer.integers(ports.outputs)],
    operators: ["offset", writer.tables(operators)],
    name: ["offset", writer.text("main")],
  });
}

function writeModel(
  bytes: Uint8Array,
  { border, ports }: { readonly border: Border; readonly ports: Ports },
): Uint8Array {
  const model = FlatTable.root(bytes, FILE_IDENTIFIER), at = slots.Model, head = new Head(bytes), { writer } = head;
  const [graph, ...others] = model.tables(at.subgraphs), known = model.tables(at.operatorCodes);
  const codes = [...border.before, ...border.behind].map((each) => writeCode(head, each));
  const first = writeGraph(head, graph!, { border, ports, codes: known.length });
  const root = writer.table("Model", {
    version: ["int32", SCHEMA_VERSION],
    operatorCodes: ["offset", writer.tables([...head.olds(known), ...codes])],
    subgraphs: ["offset", writer.tables([first, ...head.olds(others)])],
    buffers: ["offset", head.old(model.referredPosition(at.buffers))],
  });
  writer.builder.finish(root, FILE_IDENTIFIER);
  return writer.builder.asUint8Array();
}

/**
 * The file with float32 inputs and outputs: those of 8 or 16 bits are converted. With `outputs`, it gives these tensors of
 * its first graph instead of its own outputs. Signatures and metadata are left out. The bytes themselves where there is
 * nothing to change. Throws MobileError MODEL_CORRUPT.
 */
export function withFloatPorts(
  bytes: Uint8Array,
  { outputs }: { readonly outputs?: readonly number[] } = {},
): Uint8Array {
  const graph = readLiteFile(bytes).graphs[0]!, border = new Border(graph);
  const ports = {
    inputs: graph.inputs.map((id) => border.input(id)),
    outputs: (outputs ?? graph.outputs).map((id) => border.output(id)),
  };
  return outputs || border.tensors.length > 0 ? writeModel(bytes, { border, ports }) : bytes;
}
