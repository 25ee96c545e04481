/** `zen zoo`: the networks that Zen-NAS published. */
import type { Command } from "commander";
import type { ZooEntry } from "../core/zoo/mod.ts";
import { jsonOption } from "./options.ts";

interface ZooOptions {
  readonly json?: boolean;
}

/** Adds the commands. */
export function addZooCommand(program: Command): void {
  const zoo = program.command("zoo").description("the published networks");
  zoo.command("list").description("list them with their published figures").addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  zen zoo list --json | jq -r .name").action(list);
  zoo.command("show").description("everything known of one").argument("<name>").addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  zen zoo show zennet_cifar10_model_size1M_res32").action(show);
}

async function list({ json }: ZooOptions): Promise<void> {
  const { zooEntry, zooNames } = await import("../core/zoo/mod.ts");
  const { printJson, printTable } = await import("./terminal.ts");
  const entries = zooNames.map((name) => ({ name, ...zooEntry(name) }));
  if (json) return entries.forEach(printJson);
  printTable(
    ["name", "params", "FLOPs", "top-1 %", "resolution"],
    entries.map(({ name, resolution, published }) => [
      name,
      `${(published.params / 1e6).toFixed(1)} M`.padStart(7),
      `${(published.flops / 1e6).toFixed(0)} M`.padStart(7),
      published.top1Percent.toFixed(1),
      resolution,
    ]),
  );
}

async function show(name: string, { json }: ZooOptions): Promise<void> {
  const { zooEntry } = await import("../core/zoo/mod.ts");
  const { printFields, printJson } = await import("./terminal.ts");
  const entry: ZooEntry = zooEntry(name);
  if (json) return printJson({ name, ...entry });
  const { published, ...own } = entry;
  const known = Object.entries({ name, ...own, ...published }).filter(([, value]) => value !== null);
  printFields(known.map(([field, value]) => [field, `${value}`]));
}
