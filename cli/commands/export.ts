/** `zen export`: networks as files that phones and other tools run. */
import { type Command, Option } from "npm:commander@15.1.0";
import type { NormalizationName } from "../../core/images/mod.ts";
import { type Precision, precisions } from "../../core/graph/precision.ts";
import type { InputKind } from "../../mobile/tflite/pixel_input.ts";
import type { DeviceOptions } from "../device.ts";
import { addFormOptions, type FormOptions } from "../form_options.ts";
import { deviceOption, imported, integer, jsonOption, quietOption, workersOption } from "../options.ts";
import { ALWAYS, declarePermissions, forWeights } from "../permissions.ts";
import { settingOption } from "../setting_options.ts";
import { addWeightsOptions, normalizeOption, type WeightsOptions } from "../weights/options.ts";

/** What the command's options parse to. */
export interface ExportOptions extends FormOptions, WeightsOptions, Omit<DeviceOptions, "precision"> {
  readonly format: "tflite" | "onnx";
  readonly precision: Precision;
  readonly io: "float" | "int8";
  readonly input: InputKind;
  readonly calibration?: string;
  readonly calibrationImages: number;
  readonly normalize?: NormalizationName;
  readonly keep?: readonly string[];
  readonly evaluation?: string;
  readonly softmax: boolean;
  readonly labels?: string;
  readonly reslink: boolean;
  readonly out: string;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Without --weights and --pretrained, parameters are filled by the published rule, the same everywhere: enough to measure
latency and to compare exporters. The file names its weights and their SHA-256; --evaluation adds what they reached.
To calibrate, images are spread over a data set's training images, and made ready as in zen eval.

Examples:
  zen export zennet_cifar10_model_size1M_res32 -o net.tflite
  zen export zennet_imagenet1k_flops400M_SE_res224 --pretrained --precision int8 --calibration imagenet -o net.tflite
  zen export cifar_resnet20 --weights resnet20.th --precision int8 --calibration cifar10 --keep f32 conv1 -o net.tflite
  zen eval cifar_resnet20 --weights resnet20.th --data cifar10 --normalize imagenet --json > eval.json
  zen export cifar_resnet20 --weights resnet20.th --evaluation eval.json --labels cifar10 -o net.tflite
  zen export 'SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)' --classes 10 --format onnx -o net.onnx`;

/** Adds the command. */
export function addExportCommand(program: Command): void {
  const command = program.command("export").description("write a network as a TensorFlow Lite or ONNX file");
  addFormOptions(addWeightsOptions(command))
    .argument("<structure>", "a structure string, or the name of a zoo network")
    .requiredOption("-o, --out <path>", "the file to write")
    .addOption(new Option("--format <name>", "the file's format").choices(["tflite", "onnx"]).default("tflite"))
    .addOption(
      new Option("--precision <name>", "how numbers are stored; onnx takes f32 alone")
        .choices(precisions).default("f32"),
    )
    .option("--keep <rule...>", "f32 and a pattern: layers that stay in float32; * is any text; repeatable")
    .option(
      "--calibration <source>",
      "int8: a data set (a folder, imagenet, cifar10, …), a folder of images, or random",
    )
    .addOption(new Option("--calibration-images <count>", "how many to use").argParser(integer(1, 1024)).default(16))
    .addOption(
      new Option("--io <type>", "int8: what callers give and get").choices(["float", "int8"]).default("float"),
    )
    .addOption(
      new Option("--input <kind>", "what callers give: normalized values, or pixels: float32 of 0 … 1, uint8, int8")
        .choices(["normalized", "pixels", "uint8", "int8"]).default("normalized"),
    )
    .addOption(normalizeOption())
    .option("--evaluation <path>", "what zen eval --json printed for these weights, to go into the file")
    .option("--softmax", "give probabilities rather than logits", false)
    .option(
      "--labels <source>",
      "names of the classes, to go into the file: one a line, or a data set's name or folder",
    )
    .option("--no-reslink", "without residual links")
    .addOption(settingOption("modules"))
    .addOption(deviceOption())
    .addOption(workersOption())
    .addOption(quietOption())
    .addOption(jsonOption());
  declarePermissions(command, {
    ...forWeights,
    read: ALWAYS,
    write: ALWAYS,
    env: "with --calibration or --pretrained",
    ffi: "with --calibration <directory>",
  }).addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/export.ts")).exportNetwork));
}
