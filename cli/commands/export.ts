/** `zen export`: networks as files that phones and other tools run. */
import { type Command, Option } from "commander";
import { type Precision, precisions } from "../../core/graph/precision.ts";
import type { DeviceOptions } from "../device.ts";
import { addFormOptions, type FormOptions } from "../form_options.ts";
import { deviceOption, imported, integer, jsonOption, workersOption } from "../options.ts";
import { settingOption } from "../setting_options.ts";
import { ALWAYS, declarePermissions } from "../permissions.ts";

/** What the command's options parse to. */
export interface ExportOptions extends FormOptions, Omit<DeviceOptions, "precision"> {
  readonly format: "tflite" | "onnx";
  readonly precision: Precision;
  readonly io: "float" | "int8";
  readonly calibration?: string;
  readonly calibrationImages: number;
  readonly softmax: boolean;
  readonly labels?: string;
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
  const command = program.command("export").description("write a network as a TensorFlow Lite or ONNX file");
  addFormOptions(command)
    .argument("<structure>", "a structure string, or the name of a zoo network")
    .requiredOption("-o, --out <path>", "the file to write")
    .addOption(new Option("--format <name>", "the file's format").choices(["tflite", "onnx"]).default("tflite"))
    .addOption(
      new Option("--precision <name>", "how numbers are stored; onnx takes f32 alone")
        .choices(precisions).default("f32"),
    )
    .option("--calibration <source>", "int8: a directory of images, or random")
    .addOption(new Option("--calibration-images <count>", "how many to use").argParser(integer(1, 1024)).default(16))
    .addOption(
      new Option("--io <type>", "int8: what callers give and get").choices(["float", "int8"]).default("float"),
    )
    .option("--softmax", "give probabilities rather than logits", false)
    .option("--labels <path>", "a file of the classes' names, one a line, to go into the file")
    .option("--no-reslink", "without residual links")
    .addOption(settingOption("modules"))
    .addOption(deviceOption())
    .addOption(workersOption())
    .addOption(jsonOption());
  declarePermissions(command, {
    read: ALWAYS,
    write: ALWAYS,
    env: "with --calibration",
    ffi: "with --calibration <directory>",
  }).addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/export.ts")).exportNetwork));
}
