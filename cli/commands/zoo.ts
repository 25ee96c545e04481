/** `zen zoo`: the networks that Zen-NAS published, and others that are well known. */
import type { Command } from "npm:commander@15.1.0";
import { imported, jsonOption } from "../options.ts";
import { declarePermissions } from "../permissions.ts";

/** What the commands' options parse to. */
export interface ZooOptions {
  readonly json?: boolean;
}

/** Adds the commands. */
export function addZooCommand(program: Command): void {
  const zoo = program.command("zoo").description("the published networks");
  declarePermissions(zoo.command("list").description("list them with their published figures"), {})
    .addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  zen zoo list --json | jq -r .name").action(
      imported(async () => (await import("../actions/zoo.ts")).list),
    );
  declarePermissions(zoo.command("show").description("everything known of one"), {})
    .argument("<name>").addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  zen zoo show zennet_cifar10_model_size1M_res32").action(
      imported(async () => (await import("../actions/zoo.ts")).show),
    );
}
