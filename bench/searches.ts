/**
 * Makes docs/searches.md: how much screening before the proxy and racing improve a search, on the preset
 * zen-cifar-params1M.
 * `deno task bench:searches [--seeds 5] [--seconds 45] [--evaluations 300] [--only <search>,…] [--written] [--json]`.
 *
 * Every search is saved to docs/data/searches.json when it ends, and is not run again, so a run that was stopped
 * continues where it was. `--written` only writes the document. Searches have one worker. Their time is processor time,
 * summed over all threads, because other work on the machine changes it least.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { replaceFile } from "../core/io/mod.ts";
import { environment } from "./environment.ts";
import { type Limits, runSearchFor, type SearchRecord, type SearchTask } from "./search_runs.ts";
import { atEqualEvaluations, atEqualTime, isTwin, searchDocument, writtenByHand } from "./search_document.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "5" },
    seconds: { type: "string", default: "45" },
    evaluations: { type: "string", default: "300" },
    only: { type: "string" },
    written: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
  },
});

const DATA = "docs/data/searches.json", DOCUMENT = "docs/searches.md";

async function readRecords(): Promise<SearchRecord[]> {
  try {
    return JSON.parse(await Deno.readTextFile(DATA));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

async function keep(records: readonly SearchRecord[]): Promise<void> {
  const lines = records.map((record) => JSON.stringify(record));
  await Deno.mkdir("docs/data", { recursive: true });
  replaceFile(DATA, `[\n${lines.join(",\n")}\n]\n`);
}

/** All searches to run, ordered by seed, so that all searches of one seed run before the next seed. */
function tasks(): SearchTask[] {
  const seeds = Array.from({ length: Number(values.seeds) }, (_, index) => index + 1);
  const timed: Limits = { cpuSeconds: Number(values.seconds) },
    counted: Limits = { evaluations: Number(values.evaluations) };
  const all = seeds.flatMap((seed) => [
    ...atEqualTime.map((search) => ({ ...search, seed, limits: timed })),
    ...atEqualEvaluations.map((search) => ({ ...search, seed, limits: counted })),
  ]);
  const only = values.only?.split(",");
  return only ? all.filter(({ name }) => only.includes(name)) : all;
}

const records = await readRecords();
if (!values.written) {
  for (const task of tasks()) {
    if (records.some((record) => record.name === task.name && isTwin(record, task))) continue;
    const record = await runSearchFor(task);
    records.push(record);
    await keep(records);
    if (values.json) await Deno.stdout.write(new TextEncoder().encode(`${JSON.stringify(record)}\n`));
  }
}
const before = await Deno.readTextFile(DOCUMENT).catch(() => "");
replaceFile(DOCUMENT, searchDocument(records, environment()) + writtenByHand(before));
await new Deno.Command(Deno.execPath(), { args: ["fmt", "-q", DOCUMENT] }).spawn().status;
