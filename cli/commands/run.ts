/** `zen run`: a TensorFlow Lite file on this machine. */
import { type Command, Option } from "commander";
import { imported, integer, jsonOption } from "../options.ts";
import { ALWAYS, declarePermissions } from "../permissions.ts";

/** What the command's options parse to. */
export interface RunOptions {
  readonly input: string;
  readonly top: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  zen run net.tflite --input photo.jpg
  zen run net.tflite --input random --json`;

/** Adds the command. */
export function addRunCommand(program: Command): void {
  const command = program.command("run").description(
    "run a TensorFlow Lite file once on this machine and print its answer",
  )
    .argument("<file>", "a .tflite file with float32 inputs and outputs")
    .requiredOption("--input <image>", "an image file, or random")
    .addOption(new Option("--top <count>", "how many classes to print").argParser(integer(1)).default(5))
    .addOption(jsonOption());
  declarePermissions(command, { read: ALWAYS, env: "for an image", ffi: "for an image" })
    .addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/run.ts")).run));
}
