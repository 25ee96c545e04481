/** `zen inspect`: what is in a TensorFlow Lite file, and what a phone would make of it. */
import type { Command } from "npm:commander@15.1.0";
import { imported, jsonOption } from "../options.ts";
import { ALWAYS, declarePermissions } from "../permissions.ts";

/** What the command's options parse to. */
export interface InspectOptions {
  readonly all: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  zen inspect net.tflite
  zen inspect net.tflite --all
  zen inspect net.tflite --json | jq '.findings[] | select(.delegate == "XNNPACK")'`;

/** Adds the command. */
export function addInspectCommand(program: Command): void {
  const command = program.command("inspect").description(
    "show the operators, tensors and quantisation of a TensorFlow Lite file",
  )
    .argument("<file>", "a .tflite file, of anyone's making")
    .option("--all", "list every operator and tensor", false)
    .addOption(jsonOption());
  declarePermissions(command, { read: ALWAYS })
    .addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/inspect.ts")).inspect));
}
