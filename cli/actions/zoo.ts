/** What `zen zoo` does. */
import { designCost } from "../../core/networks/design.ts";
import { networkNamed, networkNames, zooFacts } from "../../core/networks/zoo/mod.ts";
import type { ZooOptions } from "../commands/zoo.ts";
import { note, printFields, printJson, printTable } from "../terminal.ts";

/** A published network with what we count of it, for one image at its own resolution. */
function counted(name: string) {
  const facts = zooFacts(name), { parameters, macs, layers } = designCost(networkNamed(name).design());
  return { name, ...facts, parameters, macs, layers };
}

const millions = (count: number | null, digits: number): string =>
  (count === null ? "" : `${(count / 1e6).toFixed(digits)} M`).padStart(9);

const milliseconds = (ms: number | null): string => (ms === null ? "" : `${ms}`).padStart(7);

/** Prints all of them. */
export function list({ json }: ZooOptions): void {
  const entries = networkNames.map(counted);
  if (json) return entries.forEach(printJson);
  printTable(
    ["name", "published", "counted", "published", "counted", "top-1 %", "pixels", "V100 ms", "T4 ms", "Pixel 2 ms"],
    entries.map(({ name, resolution, published, parameters, macs }) => [
      name,
      millions(published.params, 1),
      millions(parameters, 3),
      millions(published.flops, 0),
      millions(macs, 1),
      published.top1Percent.toFixed(1),
      resolution,
      milliseconds(published.v100MsPerImage),
      milliseconds(published.t4MsPerImage),
      milliseconds(published.pixel2Ms),
    ]),
  );
  note(
    "columns 2 and 3 are parameters, 4 and 5 multiply-adds, the last three published latencies of one image (V100 half " +
      "precision and T4 8 bits in batches of 64); 400M_SE and 600M_SE were published without SE's parameters",
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
