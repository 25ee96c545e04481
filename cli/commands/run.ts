/** `zen run`: a TensorFlow Lite file on this machine. */
import { type Command, Option } from "commander";
import { integer, jsonOption } from "../options.ts";

interface RunOptions {
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
  program.command("run").description("run a TensorFlow Lite file once on this machine and print its answer")
    .argument("<file>", "a .tflite file with float32 inputs and outputs")
    .requiredOption("--input <image>", "an image file, or random")
    .addOption(new Option("--top <count>", "how many classes to print").argParser(integer(1)).default(5))
    .addOption(jsonOption())
    .addHelpText("after", EXAMPLES)
    .action(run);
}

async function readInput(path: string, shape: readonly number[]): Promise<Float32Array> {
  const { randomImages, readImage } = await import("../../mobile/mod.ts");
  return path === "random" ? randomImages(shape, { name: "input", count: 1 })[0]! : await readImage(path, shape);
}

async function run(path: string, { input, top, json }: RunOptions): Promise<void> {
  const { labelsOf, openLiteRt, readLiteFile } = await import("../../mobile/mod.ts");
  const { print, printJson } = await import("../terminal.ts");
  const bytes = await Deno.readFile(path), labels = labelsOf(readLiteFile(bytes));
  using model = await openLiteRt(bytes);
  const values: Float32Array[] = [];
  for (const { shape } of model.inputs) values.push(await readInput(input, shape));
  const outputs = await model.run(values);
  const named = model.outputs.map(({ name, shape }, index) => ({ name, shape, values: [...outputs[index]!] }));
  if (json) return printJson({ outputs: named });
  for (const { name, shape, values } of named) {
    print(`${name} [${shape.join(", ")}]`);
    const best = values.map((value, index) => ({ value, index })).sort((a, b) => b.value - a.value).slice(0, top);
    for (const { value, index } of best) print(`  ${value.toPrecision(6).padStart(12)}  ${labels[index] ?? index}`);
  }
}
