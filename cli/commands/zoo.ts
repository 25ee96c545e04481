/** `zen zoo`: the networks that Zen-NAS published. */
import type { Command } from "commander";
import { jsonOption } from "../options.ts";

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

/** A published network with what we count of it, for one image at its own resolution. */
async function counted(name: string) {
  const { parseStructure, trueCost } = await import("../../core/networks/masternet/mod.ts");
  const { zooEntry } = await import("../../core/networks/zoo/mod.ts");
  const entry = zooEntry(name);
  const { parameters, macs, layers } = trueCost(parseStructure(entry.structure), entry);
  return { name, ...entry, parameters, macs, layers };
}

const millions = (count: number, digits: number): string => `${(count / 1e6).toFixed(digits)} M`.padStart(9);

async function list({ json }: ZooOptions): Promise<void> {
  const { zooNames } = await import("../../core/networks/zoo/mod.ts");
  const { note, printJson, printTable } = await import("../terminal.ts");
  const entries = await Promise.all(zooNames.map(counted));
  if (json) return entries.forEach(printJson);
  printTable(
    ["name", "published", "counted", "published", "counted", "top-1 %", "resolution"],
    entries.map(({ name, resolution, published, parameters, macs }) => [
      name,
      millions(published.params, 1),
      millions(parameters, 3),
      millions(published.flops, 0),
      millions(macs, 1),
      published.top1Percent.toFixed(1),
      resolution,
    ]),
  );
  note(
    "columns 2 and 3 are parameters, 4 and 5 multiply-adds; 400M_SE and 600M_SE were published without SE's parameters",
  );
}

async function show(name: string, { json }: ZooOptions): Promise<void> {
  const { printFields, printJson } = await import("../terminal.ts");
  const entry = await counted(name);
  if (json) return printJson(entry);
  const { published, ...own } = entry;
  const known = Object.entries({ ...own, ...prefixed(published) }).filter(([, value]) => value !== null);
  printFields(known.map(([field, value]) => [field, `${value}`]));
}

/** Published figures under names that tell them from our counts. */
function prefixed(figures: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`published ${name}`, value]));
}
