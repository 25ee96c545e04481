/** What `zen inspect` does. */
import { readBytes } from "../../core/io/files/read.ts";
import {
  type FileGraph,
  type FileTensor,
  type Finding,
  labelsOf,
  lintGraph,
  type LiteFile,
  type MeasuredAccuracy,
  parametersText,
  parseProvenance,
  type Provenance,
  PROVENANCE_ENTRY,
  readLiteFile,
} from "../../mobile/mod.ts";
import type { InspectOptions } from "../commands/inspect.ts";
import { inFile } from "../errors.ts";
import { grouped, print, printFields, printJson, printTable, type Row } from "../terminal.ts";

/** A file without its constants' values. */
function withoutValues(file: LiteFile): unknown {
  const { metadata, graphs, ...rest } = file;
  return {
    ...rest,
    metadata: Object.keys(metadata),
    provenance: parseProvenance(metadata[PROVENANCE_ENTRY]) ?? null,
    labels: labelsOf({ metadata }),
    graphs: graphs.map(({ tensors, ...graph }) => ({
      ...graph,
      tensors: tensors.map(({ data, ...tensor }) => ({ ...tensor, bytes: data?.length ?? null })),
    })),
  };
}

function quantizationText({ quantization }: FileTensor): string {
  if (!quantization) return "";
  const { scales, zeroPoints, axis } = quantization;
  if (scales.length > 1) return `${scales.length} scales along axis ${axis}`;
  return `scale ${scales[0]!.toPrecision(4)}, zero point ${zeroPoints[0] ?? 0}`;
}

function portText(graph: FileGraph, ids: readonly number[]): string {
  return ids.map((id) => graph.tensors[id]!).map((tensor) => {
    const quantized = quantizationText(tensor);
    return `${tensor.name} ${tensor.type} [${tensor.shape.join(", ")}]${quantized && `, ${quantized}`}`;
  }).join("; ");
}

const constantBytes = (graph: FileGraph): number =>
  graph.tensors.reduce((sum, { data }) => sum + (data?.length ?? 0), 0);

/** How often each operator occurs, in each version. */
function operatorRows({ operators }: FileGraph): Row[] {
  const counts = new Map<string, { name: string; version: number; count: number }>();
  for (const { name, version } of operators) {
    const known = counts.get(`${name} ${version}`) ?? { name, version, count: 0 };
    counts.set(`${name} ${version}`, { ...known, count: known.count + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count).map((
    { name, version, count },
  ) => [name, version, count]);
}

/** Findings of one kind on one line. */
function findingLines(findings: readonly Finding[]): string[] {
  const kinds = Map.groupBy(
    findings,
    ({ name, delegate, effect, reason }) =>
      effect === "leaves" ? `${name} leaves ${delegate}: ${reason}` : `${name} is slow on ${delegate}: ${reason}`,
  );
  return [...kinds].map(([line, { length }]) => `  ${length} × ${line}`);
}

const tensorRow = ({ name, type, shape, data, ...rest }: FileTensor, index: number): Row => [
  index,
  name,
  type,
  `[${shape.join(", ")}]`,
  data?.length ?? 0,
  quantizationText({ name, type, shape, ...rest }),
];

/** Labels that are printed; `--json` lists all. */
const LABELS_SHOWN = 5;

/** What a file tells of itself, where `zen export` wrote it. */
function provenanceFields({ structure, form, parameters, calibration, keep }: Provenance): [string, string][] {
  const { classes, resolution } = form, evaluation = typeof parameters === "string" ? null : parameters.evaluation;
  return [
    ["network", `${structure}, ${classes} classes, ${resolution} × ${resolution}`],
    ["weights", parametersText(parameters)],
    ...(evaluation ? [["evaluated", evaluationText(evaluation)] as [string, string]] : []),
    ...(keep.length > 0 ? [["kept in float32", keep.join(", ")] as [string, string]] : []),
    ...(calibration === null ? [] : [["calibrated on", calibration] as [string, string]]),
  ];
}

function evaluationText({ data, split, normalize, images, right }: MeasuredAccuracy): string {
  const share = `${(100 * right / images).toFixed(2)} % (${grouped(right)} of ${grouped(images)})`;
  return `top-1 ${share} on ${data}, ${split}, normalised by ${normalize}; before export`;
}

function labelFields(labels: readonly string[]): [string, string][] {
  if (labels.length === 0) return [];
  const shown = labels.slice(0, LABELS_SHOWN).join(", ");
  return [["labels", `${labels.length}: ${shown}${labels.length > LABELS_SHOWN ? ", …" : ""}`]];
}

function printFile(file: LiteFile, findings: readonly Finding[]): void {
  const graph = file.graphs[0]!, provenance = parseProvenance(file.metadata[PROVENANCE_ENTRY]);
  printFields([
    ["description", file.description],
    ["bytes", `${grouped(file.bytes)}, of which ${grouped(constantBytes(graph))} constants`],
    ["graphs", file.graphs.length],
    ["inputs", portText(graph, graph.inputs)],
    ["outputs", portText(graph, graph.outputs)],
    ["signatures", file.signatures.map(({ key }) => key).join(", ")],
    ["metadata", Object.keys(file.metadata).join(", ")],
    ...(provenance ? provenanceFields(provenance) : []),
    ...labelFields(labelsOf(file)),
  ]);
  print("");
  printTable(["operator", "version", "count"], operatorRows(graph));
  print("");
  print(findings.length === 0 ? "Every operator stays on XNNPACK and on the GPU." : "On a phone:");
  findingLines(findings).forEach(print);
}

function printAll(graph: FileGraph): void {
  const shown = (ids: readonly number[]): string => ids.join(" ");
  print("");
  printTable(
    ["#", "operator", "version", "inputs", "outputs"],
    graph.operators.map(({ name, version, inputs, outputs }, index) => [
      index,
      name,
      version,
      shown(inputs),
      shown(outputs),
    ]),
  );
  print("");
  printTable(["#", "tensor", "type", "shape", "bytes", "quantisation"], graph.tensors.map(tensorRow));
}

/** Prints what is in the file. Throws MobileError (MODEL_CORRUPT). */
export async function inspect(path: string, { all, json }: InspectOptions): Promise<void> {
  const bytes = await readBytes(path, "model"), file = await inFile(path, () => readLiteFile(bytes));
  const findings = lintGraph(file.graphs[0]!);
  if (json) return printJson({ ...withoutValues(file) as object, findings });
  printFile(file, findings);
  if (all) printAll(file.graphs[0]!);
}
