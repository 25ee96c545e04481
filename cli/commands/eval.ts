/** `zen eval`: how well a network with trained weights classifies images. */
import type { Command } from "npm:commander@15.1.0";
import type { NormalizationName } from "../../core/images/mod.ts";
import { addSubjectOptions } from "../evaluation/options.ts";
import type { SubjectOptions } from "../evaluation/subject.ts";
import { ALWAYS, declarePermissions, forWeights } from "../permissions.ts";
import { imported, integer } from "../options.ts";

/** What the command's options parse to. */
export interface EvalOptions extends SubjectOptions {
  readonly data: string;
  readonly split?: string;
  readonly batch: number;
  readonly limit?: number;
  readonly worst: number;
  readonly normalize?: NormalizationName;
}

const EXAMPLES = `
Images are resized to crop / 0.875 on their shorter side (bicubic), cropped to the centre, normalised, and resized to the
network's resolution; images of CIFAR's size are taken whole. Ctrl-C prints the result of the images so far.

Examples:
  zen eval cifar_resnet20 --weights resnet20.th --data cifar10
  zen eval zennet_imagenet1k_latency02ms_res192 --pretrained --data imagenet --limit 5000
  zen eval net.tflite --data ~/data/imagenet/val --json
  zen eval resnet18 --weights resnet18.pth --data imagenet --worst 20`;

/** Adds the command. */
export function addEvalCommand(program: Command): void {
  const command = program.command("eval")
    .description("classify a data set: top-1, top-5, loss, calibration, and the images that cost most")
    .argument("<network>", "a zoo network, a structure string, or a .tflite or .onnx file")
    .requiredOption("--data <dir>", "a data set, as zen data check takes it: a folder, or imagenet, cifar10, cifar100")
    .option("--split <name>", "which part of it (default: val, else test, else all)")
    .option("--batch <images>", "images that a network computes at once", integer(1), 32)
    .option("--limit <images>", "only the first so many images", integer(1))
    .option("--worst <count>", "list so many images of the largest losses", integer(0), 0);
  declarePermissions(addSubjectOptions(command), { read: ALWAYS, env: ALWAYS, ffi: ALWAYS, ...forWeights })
    .addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/eval.ts")).evaluateNetwork));
}
