/** A run's wall time: what its sessions took, and the search that ends when it is up. */
import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import {
  createRun,
  openRunForReading,
  openRunForWriting,
  runSearch,
  type RunStore,
  type Structure,
} from "@zennas/zennas";
import { journalIn, scoreParams, search, smallConfig, TemporaryDirectory } from "./run_case.ts";

/** Sets when sessions began and when their last proposals were recorded, in seconds. */
function setTimes(directory: string, sessions: readonly (readonly [started: number, last: number])[]): void {
  using run = openRunForReading(directory);
  const first = run.summary().sessions.map(({ firstProposal }) => firstProposal);
  using database = new DatabaseSync(`${directory}/run.sqlite`);
  const begin = database.prepare("UPDATE sessions SET started_ms = ? WHERE first_proposal = ?");
  const record = database.prepare(
    "UPDATE proposals SET time_ms = ? - (SELECT max(id) FROM proposals) + id WHERE id >= ?",
  );
  for (const [index, [started, last]] of sessions.entries()) {
    begin.run(started * 1000, first[index]!);
    record.run(last * 1000, first[index]!);
  }
}

/** The time that a run's sessions took, in seconds. */
function spentIn(directory: string): number {
  using store = openRunForWriting(directory);
  return store.spentMs / 1000;
}

/** Makes a run of two sessions, with 40 and 20 proposals. */
async function twoSessions(directory: string): Promise<void> {
  {
    using store = createRun(directory, smallConfig({ maxProposals: 40 }));
    await search(store);
  }
  using store = openRunForWriting(directory, { limits: { maxProposals: 60 } });
  await search(store);
}

Deno.test("a run has taken what its sessions took, each from its start to its last result, and nothing in between", async () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`;
  await twoSessions(directory);
  setTimes(directory, [[1000, 1100], [9000, 9030]]);
  // In setTimes the last proposal of the first session is 20 ms before the second's, as its number is.
  assert.equal(spentIn(directory), 129.98);
  assert.equal(spentIn(directory), 129.98, "a session without a proposal took no time");
  setTimes(directory, [[1000, 1100], [9000, 8000]]);
  assert.equal(spentIn(directory), 99.98, "a clock that was set back gives no time back");
});

Deno.test("a run whose earlier sessions took its time draws nothing more, and goes on with more time", async () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`, whole = `${temporary.path}/whole`;
  await twoSessions(directory);
  setTimes(directory, [[1000, 1100], [9000, 9030]]);
  const resume = async (maxSeconds: number) => {
    using store = openRunForWriting(directory, { limits: { maxSeconds, maxProposals: 300 } });
    const { stoppedBy, proposals, report } = await search(store);
    assert.deepEqual([report.stoppedBy, report.config.maxSeconds], [stoppedBy, maxSeconds]);
    return [stoppedBy, proposals];
  };
  assert.deepEqual(await resume(129.9), ["time", 60]);
  assert.deepEqual(await resume(100_000), ["proposals", 300]);
  using store = createRun(whole, smallConfig());
  await search(store);
  assert.deepEqual(journalIn(directory), journalIn(whole));
});

Deno.test("a search ends when its time is up, with a prefix of what it would have found, and continues to the same", async () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`, whole = `${temporary.path}/whole`;
  const slowly = async (structure: Structure) => {
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
    return await scoreParams(structure);
  };
  const searchIn = (store: RunStore) => runSearch({ store, score: slowly });
  {
    using store = createRun(directory, smallConfig({ maxSeconds: 0.1, maxProposals: 1_000_000 }));
    assert.equal((await searchIn(store)).stoppedBy, "time");
  }
  const cut = journalIn(directory), maxProposals = cut.length + 30;
  {
    using store = openRunForWriting(directory, { limits: { maxSeconds: 3600, maxProposals } });
    assert.equal((await searchIn(store)).stoppedBy, "proposals");
  }
  using store = createRun(whole, smallConfig({ maxProposals }));
  await search(store);
  assert.deepEqual(cut, journalIn(whole).slice(0, cut.length));
  assert.deepEqual(journalIn(directory), journalIn(whole));
});
