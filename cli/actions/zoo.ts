/** What `zen zoo` does. */
import { parseStructure, trueCost } from "../../core/networks/masternet/mod.ts";
import { zooEntry, zooNames } from "../../core/networks/zoo/mod.ts";
import type { ZooOptions } from "../commands/zoo.ts";
import { note, printFields, printJson, printTable } from "../terminal.ts";

/** A published network with what we count of it, for one image at its own resolution. */
function counted(name: string) {
  const entry = zooEntry(name);
  const { parameters, macs, layers } = trueCost(parseStructure(entry.structure), entry);
  return { name, ...entry, parameters, macs, layers };
}

const millions = (count: number, digits: number): string => `${(count / 1e6).toFixed(digits)} M`.padStart(9);

/** Prints all of them. */
export function list({ json }: ZooOptions): void {
  const entries = zooNames.map(counted);
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

/** Prints one. Throws UnknownNetworkError. */
export function show(name: string, { json }: ZooOptions): void {
  const entry = counted(name);
  if (json) return printJson(entry);
  const { published, ...own } = entry;
  const known = Object.entries({ ...own, ...prefixed(published) }).filter(([, value]) => value !== null);
  printFields(known.map(([field, value]) => [field, `${value}`]));
}

/** Published figures under names that tell them from our counts. */
function prefixed(figures: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(figures).map(([name, value]) => [`published ${name}`, value]));
}
