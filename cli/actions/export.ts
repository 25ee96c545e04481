/** What `zen export` does. */
import { normalizations } from "../../core/images/mod.ts";
import { replaceFile, requireWritable } from "../../core/io/files/write.ts";
import type { NamedDesign } from "../../core/networks/design.ts";
import { networkNamed } from "../../core/networks/zoo/mod.ts";
import deno from "../../deno.json" with { type: "json" };
import {
  exportOnnx,
  exportTflite,
  filledNetwork,
  type KnownNetwork,
  lintGraph,
  networkWith,
  readLiteFile,
  SLOWER_IN_8_BITS,
} from "../../mobile/mod.ts";
import { calibrationImages } from "../calibration.ts";
import type { ExportOptions } from "../commands/export.ts";
import { openDevice } from "../device.ts";
import { UsageError } from "../errors.ts";
import { imagesOf } from "../evaluation/preparation.ts";
import { formOf } from "../form_options.ts";
import { readLabels } from "../labels.ts";
import { grouped, note, printJson } from "../terminal.ts";
import { readEvaluation } from "../weights/evaluation.ts";
import { openWeights } from "../weights/open.ts";

const producer = `zennas ${deno.version}`;

/** A design with the weights that the options name, else with filled parameters. */
async function networkOf(text: string, design: NamedDesign, options: ExportOptions): Promise<KnownNetwork> {
  using weights = await openWeights({ ...options, network: text });
  if (!weights) return filledNetwork(design);
  const { origin, values } = weights, { evaluation: path } = options;
  const evaluation = path === undefined ? null : await readEvaluation(path, { design, sha256: origin.sha256 });
  return networkWith(design, { origin: { ...origin, evaluation }, values });
}

/** A network, and what is known of the images that it takes. */
interface Exported {
  readonly text: string;
  readonly design: NamedDesign;
  readonly network: KnownNetwork;
}

async function tfliteBytes({ text, design, network }: Exported, options: ExportOptions): Promise<Uint8Array> {
  const { precision, io, softmax, input, calibration: source, calibrationImages: count, normalize } = options;
  const labels = options.labels === undefined ? {} : { labels: await readLabels(options.labels, design.classes) };
  const name = normalize ?? imagesOf(text, design).normalization, normalization = name && normalizations[name];
  if (input !== "normalized" && !normalization) {
    throw new UsageError(`Cannot take ${input} as it must be known what pixels are normalised by: give --normalize`);
  }
  const pixels = { input, normalization };
  const settings = { precision, io, softmax, keep: patternsOf(options), ...labels, ...pixels, producer };
  if (precision !== "int8" || source === undefined) return await exportTflite(network, settings);
  const images = await calibrationImages(network, { source, count, normalize, ...imagesOf(text, design) });
  await using backend = await openDevice({ ...options, precision: "f32" });
  return await exportTflite(network, { ...settings, calibration: { ...images, backend } });
}

/** The patterns of `--keep`, each behind the precision that it keeps. Throws UsageError. */
function patternsOf({ keep = [], precision, format }: ExportOptions): readonly string[] {
  if (keep.length > 0 && precision === "f32") {
    throw new UsageError(`Cannot keep layers of ${format} in f32: --keep goes with --precision f16, dynamic or int8`);
  }
  const isPair = (at: number): boolean => keep[at] === "f32" && keep[at + 1] !== undefined;
  const starts = [...keep.keys()].filter((at) => at % 2 === 0);
  if (starts.every(isPair)) return starts.map((at) => keep[at + 1]!);
  const message = "Cannot keep layers as --keep takes f32 and a pattern, behind the network";
  throw new UsageError(`${message}: got ${keep.join(" ")}`);
}

function checkOptions(options: ExportOptions): void {
  const { format, precision, io, labels, input, calibration, evaluation, weights, pretrained, normalize } = options;
  if (io === "int8" && precision !== "int8") throw new UsageError(`Cannot take 8-bit images into ${precision}: --io`);
  if (format === "onnx" && precision !== "f32") throw new UsageError(`Cannot export onnx in ${precision}: only in f32`);
  if (calibration !== undefined && precision !== "int8") {
    throw new UsageError(`Cannot calibrate ${precision}: only int8 takes --calibration`);
  }
  if (io === "int8" && input !== "normalized") throw new UsageError(`Cannot take both --io int8 and --input ${input}`);
  if (normalize !== undefined && format === "onnx") throw new UsageError("Cannot put --normalize into an onnx file");
  patternsOf(options);
  if (format === "onnx" && labels !== undefined) throw new UsageError("Cannot put --labels into an onnx file");
  if (evaluation !== undefined && weights === undefined && !pretrained) {
    throw new UsageError(
      "Cannot record an evaluation without weights: --evaluation goes with --weights or --pretrained",
    );
  }
}

/** Says how many layers have no fast kernel in 8 bits, and what can be done about it. */
function warnOfSlow(bytes: Uint8Array): void {
  const graph = readLiteFile(bytes).graphs[0]!, { operators, tensors } = graph, findings = lintGraph(graph);
  const slow = findings.filter(({ operator, effect }) =>
    effect === "slow" && tensors[operators[operator]!.inputs[0]!]!.type === "INT8"
  );
  if (slow.length === 0) return;
  note(
    `${slow.length} depthwise layers have windows over 5 × 5, which take ${SLOWER_IN_8_BITS} × as long in 8 bits as in ` +
      "float32 on XNNPACK (x86-64): --precision dynamic is faster, or --keep f32 with their names",
  );
}

/** Writes the file. Throws UsageError, StructureSyntaxError, CheckpointError, FetchError, DataSetError, MobileError. */
export async function exportNetwork(text: string, options: ExportOptions): Promise<void> {
  checkOptions(options);
  const design = networkNamed(text).design(formOf(options, options.reslink));
  requireWritable(options.out);
  const network = await networkOf(text, design, options), { format, precision, out, softmax } = options;
  const bytes = format === "tflite"
    ? await tfliteBytes({ text, design, network }, options)
    : exportOnnx(network, { softmax, producer });
  replaceFile(out, bytes);
  if (format === "tflite") warnOfSlow(bytes);
  if (options.json) printJson({ out, format, precision, bytes: bytes.length, ...network.origin });
  else note(`wrote ${out}: ${grouped(bytes.length)} bytes, ${format}, ${precision}`);
}
