import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import {
  createRun,
  lastWrittenMs,
  listRuns,
  openRunForWriting,
  type RemovalRules,
  removeRun,
  runBytes,
  RunStoreError,
  runsToRemove,
  type RunSummary,
} from "@zennas/zennas";
import { search, smallConfig, TemporaryDirectory } from "./run_case.ts";

const HOUR = 3_600_000, NOW = 1000 * HOUR;

/** A run that was written last so many hours ago, with such a best score. */
function runOf(
  id: string,
  { hours, score, ...over }: { hours: number; score?: number } & Partial<RunSummary>,
): RunSummary {
  return {
    id,
    directory: id,
    config: smallConfig(),
    running: false,
    proposals: 1,
    evaluations: 1,
    counts: { "over-budget": 0, duplicate: 0, "screened-out": 0, outraced: 0, failed: 0, scored: 1 },
    best: score === undefined ? null : { index: 0, structure: "A", score },
    ranked: false,
    sessions: [],
    lastProposalMs: NOW - hours * HOUR,
    ...over,
  };
}

const runs: readonly RunSummary[] = [
  runOf("new", { hours: 1, score: 5 }),
  runOf("running", { hours: 90, running: true }),
  runOf("failed", { hours: 2 }),
  runOf("old", { hours: 50, score: 9, config: smallConfig({ seed: 4, maxProposals: 9, patience: 3 }) }),
  runOf("other", { hours: 60, score: -3, config: smallConfig({ population: 99 }) }),
  runOf("old-failed", { hours: 70 }),
];

function chosen(rules: RemovalRules): string {
  return runsToRemove(runs, { ...rules, nowMs: NOW }).map(({ id }) => id).join(" ");
}

Deno.test("a run is removed if it matches every rule, and never without a rule or while a process writes it", () => {
  assert.equal(chosen({}), "");
  assert.equal(chosen({ failed: false }), "");
  assert.equal(chosen({ failed: true }), "failed old-failed");
  assert.equal(chosen({ olderThanMs: 50 * HOUR }), "old other old-failed");
  assert.equal(chosen({ olderThanMs: 50 * HOUR + 1 }), "other old-failed");
  assert.equal(chosen({ failed: true, olderThanMs: 50 * HOUR }), "old-failed");
  assert.equal(chosen({ keep: 2 }), "old other old-failed");
  assert.equal(chosen({ keepBest: 1 }), "new failed old-failed");
  assert.equal(chosen({ keepBest: 1, keep: 1 }), "failed old-failed");
  assert.equal(chosen({ keep: 9 }), "");
});

Deno.test("a run was written last when its last proposal was, or its last session began", () => {
  const sessions = [{ startedMs: NOW, firstProposal: 0 }] as unknown as RunSummary["sessions"];
  assert.equal(lastWrittenMs(runOf("a", { hours: 3 })), NOW - 3 * HOUR);
  assert.equal(lastWrittenMs(runOf("a", { hours: 3, sessions })), NOW);
  assert.equal(lastWrittenMs(runOf("a", { hours: 3, lastProposalMs: null, sessions: [] })), 0);
});

/** A finished run. */
async function finished(directory: string): Promise<void> {
  using store = createRun(directory, smallConfig({ maxProposals: 20 }));
  await search(store);
}

Deno.test("a run is removed with its directory, and the bytes of its files are told", async () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`;
  await finished(directory);
  Deno.writeTextFileSync(`${directory}/search.svg`, "<svg/>");
  const bytes = [...Deno.readDirSync(directory)].reduce(
    (sum, { name }) => sum + Deno.statSync(`${directory}/${name}`).size,
    0,
  );
  assert.equal(runBytes(directory), bytes);
  assert.deepEqual(removeRun(directory), { bytes, directoryRemoved: true });
  assert.throws(() => Deno.statSync(directory), Deno.errors.NotFound);
});

Deno.test("files in a run's folder that are not the run's are kept, and so is the folder", async () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`;
  await finished(directory);
  Deno.mkdirSync(`${directory}/report.json.d`);
  Deno.writeTextFileSync(`${directory}/notes.txt`, "mine");
  assert.equal(removeRun(directory).directoryRemoved, false);
  assert.deepEqual([...Deno.readDirSync(directory)].map(({ name }) => name).sort(), ["notes.txt", "report.json.d"]);
  assert.deepEqual(listRuns(temporary.path), []);
});

Deno.test("what is no run, and a run that is being written, are not touched", async () => {
  using temporary = new TemporaryDirectory();
  const at = (name: string): string => `${temporary.path}/${name}`;
  const refused = (name: string, message: RegExp) => {
    const files = () =>
      [...Deno.readDirSync(at(name))].map((entry) => entry.name).filter((file) => !file.includes("-"));
    const before = files();
    assert.throws(() => removeRun(at(name)), (error: unknown) => {
      return error instanceof RunStoreError && message.test(error.message);
    });
    assert.deepEqual(files().sort(), before.sort());
  };
  Deno.mkdirSync(at("folder"));
  refused("folder", /Cannot remove run/);
  Deno.mkdirSync(at("text"));
  Deno.writeTextFileSync(`${at("text")}/run.sqlite`, "notes on a run\n");
  refused("text", /Cannot remove run .* as run.sqlite is damaged, or not a database/);
  Deno.mkdirSync(at("database"));
  const database = new DatabaseSync(`${at("database")}/run.sqlite`);
  database.exec("CREATE TABLE mine (a)");
  database.close();
  refused("database", /is not the database of a run/);
  await finished(at("held"));
  {
    using _held = openRunForWriting(at("held"));
    refused("held", /Cannot remove run .* as a process is writing it/);
  }
  assert.equal(removeRun(at("held")).directoryRemoved, true);
});
