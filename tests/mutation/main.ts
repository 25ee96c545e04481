/**
 * Mutation testing: changes operators, bounds and constants of the product, one at a time, and reports what no test
 * notices: `deno task mutate --sample 100 --seed 1`.
 *
 * @module
 */
import { type Command, CommanderError } from "commander";
import { AcceptedList, parseAccepted } from "./accepted.ts";
import { keptMeasurement, measure, type Measurement, testFiles } from "./coverage.ts";
import { Journal } from "./journal.ts";
import type { Mutant } from "./mutants.ts";
import { createCommand, type Options } from "./options.ts";
import { describeMutant, note, print, Progress, summaryLines } from "./report.ts";
import { allMutants, changedLines, select } from "./selection.ts";
import { hashOfTree, outputOf, readTree, root } from "./tree.ts";
import { type Result, tryMutant } from "./trial.ts";
import { workThrough } from "./workers.ts";

/** The list of survivors that are accepted. */
const ACCEPTED = "tests/mutation/accepted.json";

type Files = ReadonlyMap<string, Uint8Array>;

/** What the steps of a run share. */
interface Run {
  readonly files: Files;
  readonly options: Options;
  readonly signal: AbortSignal;
}

/** The measurements of all test files: the kept ones, and new ones of the rest. */
async function measureAll({ files, options, signal }: Run): Promise<Measurement[]> {
  const measurements: Measurement[] = [], missing: string[] = [];
  for (const path of testFiles(files)) {
    const kept = await keptMeasurement(path, files);
    if (kept) measurements.push(kept);
    else missing.push(path);
  }
  const progress = new Progress("measured", missing.length);
  await workThrough(missing, {
    files,
    workers: options.workers,
    work: async (path, copy) => {
      const measured = await measure(path, { copy, files, signal });
      measurements.push(measured);
      const failure = measured.problem ? `: left out as it fails without a mutant, ${measured.problem}` : "";
      progress.step(`${path}${failure}`);
    },
  });
  return measurements;
}

/** Tries the mutants that the journal does not hold. */
async function tryAll(mutants: readonly Mutant[], { files, options, signal, journal }: Run & { journal: Journal }) {
  const waiting = mutants.filter((mutant) => !journal.resultOf(mutant));
  if (waiting.length === 0) return;
  const measurements = await measureAll({ files, options, signal });
  const progress = new Progress("tried", waiting.length);
  await workThrough(waiting, {
    files,
    workers: options.workers,
    work: async (mutant, copy) => {
      const result = await tryMutant(mutant, { copy, files, measurements, budgetMs: options.budget * 1000, signal });
      journal.add(result);
      progress.step(`${result.verdict}  ${describeMutant(mutant)}`);
    },
  });
}

/** The journal that the options name. It does not depend on what is accepted. */
function openJournal(options: Options, files: Files): Journal {
  const judged = new Map([...files].filter(([path]) => path !== ACCEPTED));
  const head = { tree: hashOfTree(judged), budgetMs: options.budget * 1000 };
  if (options.resume) return Journal.resume(options.resume, head);
  return options.output ? Journal.create(options.output, head) : Journal.inMemory();
}

/** Aborts on Ctrl-C. */
function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(name, () => controller.abort());
  return controller.signal;
}

async function readAccepted(): Promise<AcceptedList> {
  return new AcceptedList(parseAccepted(await Deno.readTextFile(root + ACCEPTED)));
}

/** Runs the command; returns the exit code: 0 done, 130 interrupted. */
async function mutate(options: Options): Promise<number> {
  const files = await readTree(), all = allMutants(files), accepted = await readAccepted();
  const diff = ["diff", "-U0", "--no-color", "--no-ext-diff", "--src-prefix=a/", "--dst-prefix=b/"];
  const changed = options.changed ? changedLines(await outputOf("git", [...diff, options.changed])) : undefined;
  const selected = select(all, { ...options, changed });
  if (options.list) {
    for (const mutant of selected) print(describeMutant(mutant));
    return 0;
  }
  using journal = openJournal(options, files);
  const signal = interruptSignal(), tried = selected.filter((mutant) => !accepted.has(mutant));
  await tryAll(tried, { files, options, signal, journal }).catch((error) => {
    if (!signal.aborted) throw error;
  });
  const results = tried.map((mutant) => journal.resultOf(mutant)).filter((result): result is Result => !!result);
  const outcome = { results, accepted: selected.length - tried.length, stale: accepted.stale(all) };
  for (const line of summaryLines(outcome)) print(line);
  if (signal.aborted) note(`interrupted after ${results.length} of ${tried.length}`);
  return signal.aborted ? 130 : 0;
}

/** Runs a command line; returns the exit code: 2 where it was called wrongly, 1 where it failed. */
async function main(command: Command, args: readonly string[]): Promise<number> {
  try {
    command.parse(args, { from: "user" });
    return await mutate(command.opts<Options>());
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    note(`mutate: ${error instanceof Error ? error.message : error}`);
    return 1;
  }
}

Deno.exit(await main(createCommand(), Deno.args));
