import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import {
  ConfigError,
  createRun,
  findRun,
  holdsRun,
  listRuns,
  openRunForReading,
  openRunForWriting,
  type Proposal,
  RunStoreError,
} from "@zennas/zennas";
import { journalIn, search, smallConfig, TemporaryDirectory } from "./run_case.ts";

/** Asserts that an action throws a RunStoreError whose message ends like this, and whose cause is there or not. */
function refuses(action: () => unknown, message: RegExp, { cause }: { readonly cause: boolean }): void {
  assert.throws(action, (error: unknown) => {
    assert.ok(error instanceof RunStoreError, String(error));
    assert.match(error.message, message);
    assert.ok(!error.message.includes("\n"));
    assert.equal(error.cause instanceof Error, cause);
    return true;
  });
}

const everyVerdict: readonly Proposal[] = [
  { index: 0, structure: "A", verdict: "over-budget", budget: "params", value: 12.5, limit: 10 },
  { index: 1, structure: "B", verdict: "scored", score: 0.1 + 0.2 },
  { index: 2, structure: "B", verdict: "duplicate", of: 1 },
  { index: 3, structure: "C", verdict: "failed", reason: "the score is not finite: got NaN" },
  { index: 4, structure: "D", verdict: "scored", score: -5e-324 },
  { index: 5, structure: "E", verdict: "screened-out", screen: "mae_det", value: 1.5, bar: 2.5 },
  { index: 6, structure: "F", verdict: "scored", score: -0.5, parts: { expressivity: 3, complexity: 7 } },
  { index: 7, structure: "G", verdict: "outraced", value: -2.5, bar: -1.25 },
];

Deno.test("a run keeps its configuration and every proposal, with the time", () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/deep/run`;
  const before = Date.now();
  {
    using store = createRun(directory, smallConfig(), { device: "cpu" });
    assert.deepEqual(store.config, smallConfig());
    for (const proposal of everyVerdict) store.append(proposal);
  }
  assert.deepEqual(journalIn(directory), everyVerdict);
  using run = openRunForReading(directory);
  const times = [...run.proposals()].map(({ timeMs }) => timeMs);
  assert.ok(times.every((time) => time >= before && time <= Date.now()));
  const summary = run.summary();
  assert.deepEqual({ ...summary, sessions: [] }, {
    id: "run",
    directory,
    config: smallConfig(),
    running: false,
    proposals: 8,
    evaluations: 5,
    counts: { "over-budget": 1, duplicate: 1, "screened-out": 1, outraced: 1, failed: 1, scored: 3 },
    best: { index: 1, structure: "B", score: 0.1 + 0.2 },
    ranked: false,
    sessions: [],
    lastProposalMs: times.at(-1),
  });
  const [session] = summary.sessions;
  assert.equal(session?.firstProposal, 0);
  assert.deepEqual([session?.machine.pid, session?.machine.device], [Deno.pid, "cpu"]);
});

Deno.test("each session of a run records the proposal that it began with, and who wrote it", async () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`, before = Date.now();
  createRun(directory, smallConfig({ maxProposals: 5 }), { device: "first" })[Symbol.dispose]();
  for (const [device, maxProposals] of [["second", 5], ["third", 40], ["fourth", 40], ["fifth", 41]] as const) {
    using store = openRunForWriting(directory, { device, limits: { maxProposals } });
    await search(store);
  }
  using run = openRunForReading(directory);
  const { sessions } = run.summary();
  assert.deepEqual(sessions.map(({ firstProposal, machine }) => [machine.device, firstProposal]), [
    ["first", 0],
    ["second", 0],
    ["third", 5],
    ["fourth", 40],
    ["fifth", 40],
  ]);
  const starts = [before, ...sessions.map(({ startedMs }) => startedMs), Date.now()];
  assert.deepEqual(starts, starts.toSorted((a, b) => a - b));
});

Deno.test("a reader sees what is committed while the search goes on", () => {
  using temporary = new TemporaryDirectory();
  using store = createRun(`${temporary.path}/run`, smallConfig());
  store.append(everyVerdict[0]!);
  store.flush();
  using run = openRunForReading(store.directory);
  assert.deepEqual([run.summary().proposals, run.summary().running], [1, true]);
  store.append(everyVerdict[1]!);
  store.flush();
  assert.equal(run.summary().proposals, 2);
});

Deno.test("a run is not created twice, nor over something else, and not opened where there is none", () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`;
  refuses(() => openRunForWriting(directory), /^Cannot open run .* as it is not the directory of a run$/, {
    cause: false,
  });
  refuses(() => openRunForReading(directory), /^Cannot open run .* as it is not the directory of a run$/, {
    cause: false,
  });
  assert.equal(holdsRun(directory), false);
  createRun(directory, smallConfig())[Symbol.dispose]();
  assert.equal(holdsRun(directory), true);
  refuses(() => createRun(directory, smallConfig()), /^Cannot create run .* as there is one already$/, {
    cause: false,
  });

  Deno.mkdirSync(`${temporary.path}/other`);
  new DatabaseSync(`${temporary.path}/other/run.sqlite`).exec("CREATE TABLE mine (value)");
  refuses(() => createRun(`${temporary.path}/other`, smallConfig()), /its run.sqlite holds something else$/, {
    cause: false,
  });
  refuses(() => openRunForReading(`${temporary.path}/other`), /its run.sqlite is not the database of a run$/, {
    cause: false,
  });
});

Deno.test("a run whose creation was cut short is none, and can be created", () => {
  using temporary = new TemporaryDirectory();
  new DatabaseSync(`${temporary.path}/run.sqlite`).exec("PRAGMA journal_mode = WAL");
  assert.equal(holdsRun(temporary.path), false);
  using store = createRun(temporary.path, smallConfig());
  assert.equal(store.directory, temporary.path);
});

Deno.test("a damaged database is one clear error", () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`;
  createRun(directory, smallConfig())[Symbol.dispose]();
  Deno.writeTextFileSync(`${directory}/run.sqlite`, "no database ".repeat(1000));
  const damaged = /^Cannot open run .* as run.sqlite is damaged, or not a database$/;
  refuses(() => openRunForWriting(directory), damaged, { cause: true });
  refuses(() => openRunForReading(directory), damaged, { cause: true });
  refuses(() => holdsRun(directory), damaged, { cause: true });
});

Deno.test("a run of a newer version is refused", () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`;
  createRun(directory, smallConfig())[Symbol.dispose]();
  const database = new DatabaseSync(`${directory}/run.sqlite`);
  database.exec("PRAGMA user_version = 7");
  database.close();
  const newer = /as a newer zennas wrote it: got version 7, known up to 2$/;
  refuses(() => openRunForWriting(directory), newer, { cause: false });
  refuses(() => openRunForReading(directory), newer, { cause: false });
});

Deno.test("a full disk ends the search with one clear error, and what was committed stays", async () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`;
  const config = smallConfig({ maxProposals: 5000 });
  {
    using store = createRun(directory, config, { maxBytes: 200_000 });
    await assert.rejects(search(store), (error: unknown) => {
      assert.ok(error instanceof RunStoreError && error.cause instanceof Error, String(error));
      assert.match(error.message, /^Cannot write to run .* as the disk, or the size that the store may have, is full$/);
      return true;
    });
  }
  // With space again, the run continues from there, to the end that it would have had.
  const committed = journalIn(directory).length;
  assert.ok(committed < 5000);
  using store = openRunForWriting(directory);
  using whole = createRun(`${temporary.path}/whole`, config);
  assert.deepEqual({ ...(await search(store)), report: 0 }, { ...(await search(whole)), report: 0 });
});

Deno.test("a directory that cannot be made, and files that cannot be opened, are one clear error", () => {
  using temporary = new TemporaryDirectory();
  Deno.writeTextFileSync(`${temporary.path}/file`, "");
  refuses(() => createRun(`${temporary.path}/file/run`, smallConfig()), /^Cannot create run .*Not a directory/, {
    cause: true,
  });
  for (const file of ["run.sqlite", "lock.sqlite"]) {
    const directory = `${temporary.path}/${file}-is-a-directory`;
    Deno.mkdirSync(`${directory}/${file}`, { recursive: true });
    const unopenable = /^Cannot create run .* as its files cannot be opened \(missing, or read-only\)$/;
    refuses(() => createRun(directory, smallConfig()), unopenable, { cause: true });
  }
});

Deno.test("a run continues with its own configuration, or with other limits, but with nothing else", () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`;
  createRun(directory, smallConfig())[Symbol.dispose]();
  const open = (settings: object) => openRunForWriting(directory, { config: smallConfig(settings) });
  {
    using store = open({ maxProposals: 900, maxEvaluations: 50 });
    assert.deepEqual([store.config.maxProposals, store.config.maxEvaluations], [900, 50]);
  }
  {
    using store = openRunForWriting(directory, { limits: { maxEvaluations: 60 } });
    assert.deepEqual([store.config.maxProposals, store.config.maxEvaluations], [900, 60]);
  }
  assert.throws(() => openRunForWriting(directory, { limits: { maxEvaluations: 0.5 } }), ConfigError);
  assert.throws(() => open({ seed: 2, budgets: { params: 5, layers: 9 } }), (error: unknown) => {
    assert.ok(error instanceof ConfigError);
    assert.deepEqual(error.message.split("\n"), [
      `Cannot use these settings to continue run ${directory}:`,
      "  budgets.params: expected 300000, got 5",
      "  budgets.layers: expected nothing, got 9",
      "  seed: expected 1, got 2",
    ]);
    return true;
  });
  assert.throws(() => open({ seed: 2 }), /:\n {2}seed: expected 1, got 2$/);
  using store = openRunForWriting(directory);
  assert.deepEqual(store.config, smallConfig({ maxProposals: 900, maxEvaluations: 60 }));
});

Deno.test("runs are listed by name, and found by id or directory", () => {
  using temporary = new TemporaryDirectory();
  const root = temporary.path;
  for (const id of ["b", "a"]) createRun(`${root}/${id}`, smallConfig())[Symbol.dispose]();
  Deno.mkdirSync(`${root}/no-run`);
  assert.deepEqual(listRuns(root).map((run) => [run.id, "summary" in run && run.summary.id]), [["a", "a"], ["b", "b"]]);
  assert.deepEqual(listRuns(`${root}/nowhere`), []);
  Deno.writeTextFileSync(`${root}/file`, "");
  assert.throws(() => listRuns(`${root}/file`), Deno.errors.NotADirectory);
  assert.equal(findRun("a", root), `${root}/a`);
  assert.equal(findRun(`${root}/b`, "/nowhere"), `${root}/b`);
  refuses(() => findRun("d", root), /^Cannot open run d as it is not the directory of a run$/, { cause: false });
});
