/** `zen space`: what a search may put in a block's place. */
import type { Command } from "npm:commander@15.1.0";
import { imported, integer, jsonOption } from "../options.ts";
import { settingOption } from "../setting_options.ts";
import { declarePermissions } from "../permissions.ts";

const EXAMPLES = `
Examples:
  zen space XXBL 'SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)' 1
  zen space ./my_space.yaml zennet_cifar10_model_size1M_res32 3 --json`;

/** Adds the command. */
export function addSpaceCommand(program: Command): void {
  const command = program.command("space").description("list the replacements that a search space has for one block")
    .argument("<space>", "XXBL, IDW_fixfc, or the path of a module or YAML file")
    .argument("<structure>", "a structure string, or the name of a zoo network")
    .argument("<block>", "the block's index, from 0", integer(0))
    .addOption(settingOption("modules"))
    .addOption(jsonOption());
  declarePermissions(command, { read: "for a file of your own", env: "for a YAML file" })
    .addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/space.ts")).printReplacements));
}
