/**
 * Makes docs/proxies.md: `deno task docs:proxies --data <folder> [--only <name>…] [--sample <networks>] [--written]`.
 * Comparisons that were stopped go on where they were; `--written` only writes the document from what there is.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { environment } from "./environment.ts";
import { type Comparison, comparisons } from "./proxy_comparisons.ts";
import { type Correlation, proxyDocument, type Result } from "./proxy_document.ts";

const { values } = parseArgs({
  options: {
    data: { type: "string", default: "../shared/data" },
    runs: { type: "string", default: "runs/docs-proxies" },
    sample: { type: "string" },
    only: { type: "string", multiple: true },
    written: { type: "boolean", default: false },
  },
});

/** Runs one comparison as its user would, with the progress on this terminal. */
async function compare({ name, benchmark, data, proxies, sample, seeds, batch }: Comparison): Promise<void> {
  const flags = {
    benchmark,
    data: `${values.data}/${data}`,
    proxy: proxies.join(","),
    sample: values.sample ?? sample,
    seeds,
    batch,
    out: `${values.runs}/${name}`,
  };
  const args = Object.entries(flags).flatMap(([flag, value]) => [`--${flag}`, `${value}`]);
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "-A", "cli/main.ts", "correlate", ...args] });
  const { success } = await command.spawn().status;
  if (!success) throw new Error(`Cannot compare ${name}`);
}

/** What a comparison has come to; undefined where it never came to an end. */
async function resultOf({ name }: Comparison): Promise<Result | undefined> {
  const folder = `${values.runs}/${name}`;
  try {
    const correlation = JSON.parse(await Deno.readTextFile(`${folder}/correlation.json`)) as Correlation;
    return { correlation, table: await Deno.readTextFile(`${folder}/table.md`) };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

const chosen = comparisons.filter(({ name }) => values.only === undefined || values.only.includes(name));
if (!values.written) { for (const comparison of chosen) await compare(comparison); }
const results = (await Promise.all(comparisons.map(resultOf))).filter((result) => result !== undefined);
await Deno.writeTextFile("docs/proxies.md", proxyDocument(results, await environment()));
