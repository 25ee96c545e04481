/** `zen run`: a TensorFlow Lite file, or a network with its weights, on this machine. */
import { type Command, Option } from "npm:commander@15.1.0";
import { addPixelOptions, type PixelOptions } from "../normalization.ts";
import { addSubjectOptions } from "../evaluation/options.ts";
import type { SubjectOptions } from "../evaluation/subject.ts";
import { imported, integer } from "../options.ts";
import { ALWAYS, declarePermissions, forWeights } from "../permissions.ts";

/** What the command's options parse to. */
export interface RunOptions extends SubjectOptions, PixelOptions {
  readonly input: string;
  readonly top: number;
}

const EXAMPLES = `
A file has its own weights and runs in LiteRT on the CPU. A network takes --weights or --pretrained. Images are turned
as their EXIF orientation says, scaled to cover the input, cropped to their centre, and normalised as the file or the
network says; a file that says nothing needs --normalize, --range, or --mean and --std.

Examples:
  zen run net.tflite --input photo.jpg
  zen run theirs.tflite --input photo.jpg --range -1..1
  zen run net.tflite --input random --json
  zen run cifar_resnet20 --weights resnet20.th --input ship.png`;

/** Adds the command. */
export function addRunCommand(program: Command): void {
  const command = program.command("run")
    .description("run a TensorFlow Lite file or a network with weights once on this machine and print its answer")
    .argument("<file>", "a .tflite file, a zoo network, or a structure string")
    .requiredOption("--input <image>", "an image file, or random")
    .addOption(new Option("--top <count>", "how many classes to print").argParser(integer(1)).default(5));
  declarePermissions(addPixelOptions(addSubjectOptions(command)), {
    ...forWeights,
    read: ALWAYS,
    env: "for an image, or a network",
    ffi: "for an image",
  })
    .addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/run.ts")).run));
}
