/** `zen analyze`: what a structure costs, without running it. */
import type { Command } from "npm:commander@15.1.0";
import { addFormOptions, type FormOptions } from "../form_options.ts";
import { addStructureArguments, imported, jsonOption } from "../options.ts";
import { settingOption } from "../setting_options.ts";
import { declarePermissions } from "../permissions.ts";

/** What the command's options parse to. */
export interface AnalyzeOptions extends FormOptions {
  readonly file?: string;
  readonly json?: boolean;
  readonly reslink: boolean;
}

const EXAMPLES = `
A name of the zoo means its published resolution, classes and SE; the structure alone has none of them.

Examples:
  zen analyze zennet_cifar10_model_size1M_res32 --classes 10
  zen analyze 'SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)' --no-reslink --json
  zen zoo list --json | jq -r .name | zen analyze --file - --json    # in the forms that they were published in`;

/** Adds the command. */
export function addAnalyzeCommand(program: Command): void {
  const command = program.command("analyze")
    .description("count a structure's layers, parameters, multiply-adds and peak memory");
  addFormOptions(addStructureArguments(command))
    .option("--no-reslink", "without residual links")
    .addOption(settingOption("modules"))
    .addOption(jsonOption());
  declarePermissions(command, { read: "with --file or --module" })
    .addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/analyze.ts")).analyze));
}
