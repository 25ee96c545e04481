/** `zen predict`: what is on pictures. */
import type { Command } from "npm:commander@15.1.0";
import type { NormalizationName } from "../../core/images/mod.ts";
import { addSubjectOptions } from "../evaluation/options.ts";
import type { SubjectOptions } from "../evaluation/subject.ts";
import { imported, integer } from "../options.ts";
import { ALWAYS, declarePermissions, forWeights } from "../permissions.ts";

/** What the command's options parse to. */
export interface PredictOptions extends SubjectOptions {
  readonly labels?: string;
  readonly top: number;
  readonly normalize?: NormalizationName;
}

const EXAMPLES = `
Classes have the names of ImageNet, CIFAR-10 or CIFAR-100 by their number, those in a .tflite file, or those of --labels.

Examples:
  zen predict zennet_imagenet1k_latency02ms_res192 cat.jpg dog.jpg --pretrained
  zen predict cifar_resnet20 ship.png --weights resnet20.th --top 3
  zen predict net.tflite cat.jpg --json`;

/** Adds the command. */
export function addPredictCommand(program: Command): void {
  const command = program.command("predict").description("classify pictures: the likeliest classes of each")
    .argument("<network>", "a zoo network, a structure string, or a .tflite or .onnx file")
    .argument("<images...>", "files of pictures")
    .option("--top <count>", "so many classes of each", integer(1), 5)
    .option("--labels <source>", "names of the classes: a file with one a line, or a data set's name or folder");
  declarePermissions(addSubjectOptions(command), { read: ALWAYS, env: ALWAYS, ffi: ALWAYS, ...forWeights })
    .addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/predict.ts")).predict));
}
