/** What `zen export` does. */
import { readText, replaceFile } from "../../core/io/mod.ts";
import { networkNamed } from "../../core/networks/zoo/mod.ts";
import deno from "../../deno.json" with { type: "json" };
import {
  exportOnnx,
  exportTflite,
  filledNetwork,
  imageShape,
  type KnownNetwork,
  type NamedCalibration,
  randomImages,
  readImages,
} from "../../mobile/mod.ts";
import type { ExportOptions } from "../commands/export.ts";
import { openDevice } from "../device.ts";
import { UsageError } from "../errors.ts";
import { formOf } from "../form_options.ts";
import { grouped, note, printJson } from "../terminal.ts";

function networkOf(text: string, options: ExportOptions): KnownNetwork {
  return filledNetwork(networkNamed(text).design(formOf(options, options.reslink)));
}

/** The images that `--calibration` names. */
function calibrationImages(
  network: KnownNetwork,
  { calibration, calibrationImages: count }: ExportOptions,
): Omit<NamedCalibration, "backend"> {
  const shape = imageShape(network);
  if (calibration === "random") {
    return { name: `random, ${count} images`, images: randomImages(shape, { name: "calibration", count }) };
  }
  const { paths, images } = readImages(calibration!, { shape, count });
  return { name: `${calibration}, ${paths.length} images`, images };
}

/** The names of a network's classes, one a line of a file. Throws UsageError where there are more or fewer. */
async function readLabels(path: string, { origin: { form: { classes } } }: KnownNetwork): Promise<readonly string[]> {
  const labels = (await readText(path, "labels")).trimEnd().split(/\r?\n/);
  if (labels.length === classes) return labels;
  throw new UsageError(`Cannot name ${classes} classes by the lines of ${path}: got ${labels.length}`);
}

async function tfliteBytes(network: KnownNetwork, options: ExportOptions): Promise<Uint8Array> {
  const { precision, io, softmax } = options;
  const labels = options.labels === undefined ? {} : { labels: await readLabels(options.labels, network) };
  const settings = { precision, io, softmax, ...labels, producer: `zennas ${deno.version}` };
  if (precision !== "int8" || options.calibration === undefined) return await exportTflite(network, settings);
  const images = calibrationImages(network, options);
  await using backend = await openDevice({ ...options, precision: "f32" });
  return await exportTflite(network, { ...settings, calibration: { ...images, backend } });
}

function checkOptions({ format, precision, io, labels, calibration }: ExportOptions): void {
  if (io === "int8" && precision !== "int8") throw new UsageError(`Cannot take 8-bit images into ${precision}: --io`);
  if (format === "onnx" && precision !== "f32") throw new UsageError(`Cannot export onnx in ${precision}: only in f32`);
  if (calibration !== undefined && precision !== "int8") {
    throw new UsageError(`Cannot calibrate ${precision}: only int8 takes --calibration`);
  }
  if (format === "onnx" && labels !== undefined) throw new UsageError("Cannot put --labels into an onnx file");
}

/** Writes the file. Throws UsageError, StructureSyntaxError, MobileError. */
export async function exportNetwork(text: string, options: ExportOptions): Promise<void> {
  checkOptions(options);
  const network = networkOf(text, options);
  const bytes = options.format === "tflite" ? await tfliteBytes(network, options) : onnxBytes(network, options);
  replaceFile(options.out, bytes);
  const { format, precision, out } = options;
  if (options.json) printJson({ out, format, precision, bytes: bytes.length, ...network.origin });
  else note(`wrote ${out}: ${grouped(bytes.length)} bytes, ${format}, ${precision}`);
}

function onnxBytes(network: KnownNetwork, { softmax }: ExportOptions): Uint8Array {
  return exportOnnx(network, { softmax, producer: `zennas ${deno.version}` });
}
