/** `zen analyze`: what a structure costs, without running it. */
import type { Command } from "commander";
import type { NetworkForm } from "../../core/networks/masternet/mod.ts";
import { addFormOptions, addStructureArguments, formOf, type FormOptions, jsonOption } from "../options.ts";
import type { NamedStructure } from "../structures.ts";

interface AnalyzeOptions extends FormOptions {
  readonly file?: string;
  readonly json?: boolean;
  readonly reslink: boolean;
}

const EXAMPLES = `
Examples:
  zen analyze zennet_cifar10_model_size1M_res32 --classes 10
  zen analyze 'SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)' --no-reslink --json
  zen zoo list --json | jq -r .structure | zen analyze --file - --json`;

/** Adds the command. */
export function addAnalyzeCommand(program: Command): void {
  const command = program.command("analyze")
    .description("count a structure's layers, parameters, multiply-adds and peak memory");
  addFormOptions(addStructureArguments(command))
    .option("--no-reslink", "without residual links")
    .addOption(jsonOption())
    .addHelpText("after", EXAMPLES)
    .action(analyze);
}

/** What is known of a structure in a form, under the names that scripts rely on. */
async function analysis({ text, structure }: NamedStructure, form: NetworkForm) {
  const { printStructure, referenceCost, splitStructure, trueCost } = await import(
    "../../core/networks/masternet/mod.ts"
  );
  const { layers, parameters, macs, peakActivationBytes } = trueCost(structure, form);
  return {
    structure: text,
    canonical: printStructure(structure),
    split: printStructure(splitStructure(structure)),
    layers,
    parameters,
    macs,
    peak_activation_bytes: peakActivationBytes,
    reference: referenceCost(structure, form),
  };
}

async function analyze(texts: string[], options: AnalyzeOptions): Promise<void> {
  const { collectStructures } = await import("../structures.ts");
  const { grouped, print, printFields, printJson } = await import("../terminal.ts");
  const form = formOf(options, options.reslink);
  for (const named of await collectStructures(texts, options)) {
    const result = await analysis(named, form);
    if (options.json) {
      printJson(result);
      continue;
    }
    print(result.canonical);
    printFields([
      ["  layers", result.layers],
      ["  parameters", grouped(result.parameters)],
      ["  multiply-adds", grouped(result.macs)],
      ["  peak activations", `${grouped(result.peak_activation_bytes)} bytes`],
      ["  as Zen-NAS counts", `${grouped(result.reference.params)} params, ${grouped(result.reference.flops)} FLOPs`],
    ]);
  }
}
