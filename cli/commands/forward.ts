/** `zen forward`: the logits of a network in inference mode, to compare implementations. */
import { type Command, Option } from "commander";
import type { Fill } from "../../core/networks/parameters.ts";
import type { DeviceOptions } from "../device.ts";
import {
  addFormOptions,
  addStructureArguments,
  deviceOption,
  formOf,
  type FormOptions,
  integer,
  jsonOption,
  precisionOption,
  workersOption,
} from "../options.ts";

interface ForwardCommandOptions extends FormOptions, DeviceOptions {
  readonly file?: string;
  readonly json?: boolean;
  readonly batch: number;
  readonly seed: number;
  readonly fill: Fill;
  readonly reslink: boolean;
}

const EXAMPLES = `
Example:
  zen forward zennet_cifar10_model_size1M_res32 --classes 10 --batch 2 --fill reference --json`;

/** Adds the command. */
export function addForwardCommand(program: Command): void {
  const command = program.command("forward").description("run a network once in inference mode and print its logits");
  addFormOptions(addStructureArguments(command))
    .addOption(new Option("--batch <images>", "images a batch").argParser(integer(1)).default(1))
    .addOption(new Option("--seed <number>", "seed of gaussian draws").argParser(integer(0)).default(1))
    .addOption(
      new Option("--fill <rule>", "weights and inputs: gaussian draws, or the published filling rule")
        .choices(["gaussian", "reference"]).default("gaussian"),
    )
    .option("--no-reslink", "without residual links")
    .addOption(deviceOption())
    .addOption(precisionOption())
    .addOption(workersOption())
    .addOption(jsonOption())
    .addHelpText("after", EXAMPLES)
    .action(runForward);
}

async function runForward(texts: string[], options: ForwardCommandOptions): Promise<void> {
  const { collectStructures } = await import("../structures.ts");
  const structures = await collectStructures(texts, options);
  const { openDevice } = await import("../device.ts");
  const { forward } = await import("../../core/networks/inference.ts");
  const { print, printJson } = await import("../terminal.ts");
  await using backend = await openDevice(options);
  const { batch, seed, fill } = options;
  const form = formOf(options, options.reslink);
  for (const { structure } of structures) {
    const logits = await forward(structure, { form, batch, seed, fill, backend });
    if (options.json) printJson({ logits: logits.map((row) => [...row]) });
    else for (const row of logits) print([...row].map((value) => value.toPrecision(6)).join(" "));
  }
}
