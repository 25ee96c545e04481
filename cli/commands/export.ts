/** `zen export`: networks as files that phones and other tools run. */
import { type Command, Option } from "commander";
import { type Precision, precisions } from "../../core/graph/precision.ts";
import type { KnownNetwork, NamedCalibration } from "../../mobile/mod.ts";
import type { DeviceOptions } from "../device.ts";
import { UsageError } from "../errors.ts";
import { deviceOption, integer, jsonOption, workersOption } from "../options.ts";
import deno from "../../deno.json" with { type: "json" };

interface ExportOptions extends Omit<DeviceOptions, "precision"> {
  readonly format: "tflite" | "onnx";
  readonly precision: Precision;
  readonly io: "float" | "int8";
  readonly weights?: string;
  readonly calibration?: string;
  readonly calibrationImages: number;
  readonly softmax: boolean;
  readonly labels?: string;
  readonly resolution?: number;
  readonly classes?: number;
  readonly se?: boolean;
  readonly reslink: boolean;
  readonly out: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Parameters are filled by the published rule, the same everywhere: enough to measure latency and to compare exporters.

Examples:
  zen export zennet_cifar10_model_size1M_res32 -o net.tflite
  zen export zennet_imagenet1k_flops400M_SE_res224 --precision int8 --calibration photos/ -o net.tflite
  zen export 'SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)' --classes 10 --format onnx -o net.onnx`;

/** Adds the command. */
export function addExportCommand(program: Command): void {
  program.command("export").description("write a network as a TensorFlow Lite or ONNX file")
    .argument("<structure>", "a structure string, or the name of a zoo network")
    .requiredOption("-o, --out <path>", "the file to write")
    .addOption(new Option("--format <name>", "the file's format").choices(["tflite", "onnx"]).default("tflite"))
    .addOption(
      new Option("--precision <name>", "how numbers are stored; onnx takes f32 alone")
        .choices(precisions).default("f32"),
    )
    .option("--calibration <source>", "int8: a directory of images, or random")
    .addOption(new Option("--calibration-images <count>", "how many to use").argParser(integer(1)).default(16))
    .addOption(
      new Option("--io <type>", "int8: what callers give and get").choices(["float", "int8"]).default("float"),
    )
    .option("--softmax", "give probabilities rather than logits", false)
    .option("--labels <path>", "a file of the classes' names, one a line, to go into the file")
    .option("--weights <path>", "a checkpoint; none can be read so far")
    .addOption(
      new Option("--resolution <pixels>", "height and width of the image (default: the zoo network's, else 32)")
        .argParser(integer(1)),
    )
    .addOption(
      new Option("--classes <count>", "outputs of the classifier (default: the zoo network's, else 100)")
        .argParser(integer(1)),
    )
    .option("--se", "with squeeze-and-excitation in every super block (default: as the zoo network has it)")
    .option("--no-reslink", "without residual links")
    .addOption(deviceOption())
    .addOption(workersOption())
    .addOption(jsonOption())
    .addHelpText("after", EXAMPLES)
    .action(exportNetwork);
}

async function networkOf(text: string, options: ExportOptions): Promise<KnownNetwork> {
  const { resolveStructure } = await import("../structures.ts");
  const { zooEntry, zooNames } = await import("../../core/networks/zoo/mod.ts");
  const { filledNetwork } = await import("../../mobile/mod.ts");
  const published = zooNames.includes(text) ? zooEntry(text) : { resolution: 32, classes: 100, squeezeExcite: false };
  const { resolution = published.resolution, classes = published.classes, se = published.squeezeExcite } = options;
  const form = { resolution, classes, squeezeExcite: se, residualLinks: options.reslink };
  return filledNetwork(resolveStructure(text).structure, form);
}

/** The images that `--calibration` names. */
async function calibrationImages(
  network: KnownNetwork,
  { calibration, calibrationImages: count }: ExportOptions,
): Promise<Omit<NamedCalibration, "backend">> {
  const { imageShape, randomImages, readImages } = await import("../../mobile/mod.ts");
  const shape = imageShape(network);
  if (calibration === "random") {
    return { name: `random, ${count} images`, images: randomImages(shape, { name: "calibration", count }) };
  }
  const { paths, images } = readImages(calibration!, { shape, count });
  return { name: `${calibration}, ${paths.length} images`, images };
}

async function tfliteBytes(network: KnownNetwork, options: ExportOptions): Promise<Uint8Array> {
  const { exportTflite } = await import("../../mobile/mod.ts");
  const { precision, io, softmax } = options;
  const labels = options.labels === undefined
    ? {}
    : { labels: (await Deno.readTextFile(options.labels)).trimEnd().split(/\r?\n/) };
  const settings = { precision, io, softmax, ...labels, producer: `zennas ${deno.version}` };
  if (precision !== "int8" || options.calibration === undefined) return await exportTflite(network, settings);
  const { openDevice } = await import("../device.ts");
  const images = await calibrationImages(network, options);
  await using backend = await openDevice({ ...options, precision: "f32" });
  return await exportTflite(network, { ...settings, calibration: { ...images, backend } });
}

function checkOptions({ format, precision, io, weights, labels, calibration }: ExportOptions): void {
  if (weights !== undefined) {
    throw new UsageError(
      "Cannot read a checkpoint yet: without --weights the published filling rule gives the parameters",
    );
  }
  if (io === "int8" && precision !== "int8") throw new UsageError(`Cannot take 8-bit images into ${precision}: --io`);
  if (format === "onnx" && precision !== "f32") throw new UsageError(`Cannot export onnx in ${precision}: only in f32`);
  if (calibration !== undefined && precision !== "int8") {
    throw new UsageError(`Cannot calibrate ${precision}: only int8 takes --calibration`);
  }
  if (format === "onnx" && labels !== undefined) throw new UsageError("Cannot put --labels into an onnx file");
}

async function exportNetwork(text: string, options: ExportOptions): Promise<void> {
  checkOptions(options);
  const network = await networkOf(text, options);
  const bytes = options.format === "tflite" ? await tfliteBytes(network, options) : await onnxBytes(network, options);
  await Deno.writeFile(options.out, bytes);
  const { grouped, note, printJson } = await import("../terminal.ts");
  const { format, precision, out } = options;
  if (options.json) printJson({ out, format, precision, bytes: bytes.length, ...network.origin });
  else note(`wrote ${out}: ${grouped(bytes.length)} bytes, ${format}, ${precision}`);
}

async function onnxBytes(network: KnownNetwork, { softmax }: ExportOptions): Promise<Uint8Array> {
  const { exportOnnx } = await import("../../mobile/mod.ts");
  return exportOnnx(network, { softmax, producer: `zennas ${deno.version}` });
}
