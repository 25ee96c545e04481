import assert from "node:assert/strict";
import { createRun, openRunForReading, openRunForWriting, RunStoreError } from "@zennas/zennas";
import { journalIn, search, smallConfig, TemporaryDirectory } from "./run_case.ts";

const CHILD = new URL("./search_child.ts", import.meta.url).pathname;

/** Starts a search in a process of its own, and waits until it holds the run. */
async function startChild(directory: string, settings: object, mode = "search"): Promise<Deno.ChildProcess> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "-A", CHILD, directory, JSON.stringify(settings), mode],
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  const reader = child.stdout.getReader();
  const { value } = await reader.read();
  assert.match(new TextDecoder().decode(value), /searching/);
  reader.releaseLock();
  return child;
}

/** Waits for the end of a child, or kills it after some time. Returns whether it came to its end. */
async function finishOrKill(child: Deno.ChildProcess, afterMs: number): Promise<boolean> {
  const timer = setTimeout(() => child.kill("SIGKILL"), afterMs);
  const [{ success }] = await Promise.all([child.status, child.stdout.cancel()]);
  clearTimeout(timer);
  return success;
}

Deno.test("killed at ten random moments and continued, a run ends like an uninterrupted one", async () => {
  using temporary = new TemporaryDirectory();
  const config = smallConfig({ maxProposals: 1500, seed: 11 });
  const whole = `${temporary.path}/whole`, killed = `${temporary.path}/killed`;
  const expected = await (async () => {
    using store = createRun(whole, config);
    return await search(store);
  })();
  const lengths: number[] = [];
  for (let kill = 0; kill < 10; kill++) {
    const finished = await finishOrKill(await startChild(killed, config), Math.random() * 150);
    assert.ok(!finished, "the search ended before it was killed often enough");
    lengths.push(journalIn(killed).length);
  }
  assert.ok(lengths.at(-1)! > 0 && lengths.at(-1)! < 1500, `kills came at ${lengths}`);
  assert.ok(await finishOrKill(await startChild(killed, config), 60_000), "the search did not end");
  assert.deepEqual(journalIn(killed), journalIn(whole));
  const report = (directory: string) => JSON.parse(Deno.readTextFileSync(`${directory}/report.json`));
  assert.deepEqual({ ...report(killed), run: "" }, { ...report(whole), run: "" });
  assert.deepEqual(report(killed).best, expected.report.best);
  using run = openRunForReading(killed);
  assert.equal(run.summary().sessions.length, 11);
});

Deno.test("a second process is refused at once, told who holds the run, and may read it", async () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`;
  const child = await startChild(directory, smallConfig(), "hold");
  try {
    assert.throws(() => openRunForWriting(directory), (error: unknown) => {
      assert.ok(error instanceof RunStoreError);
      assert.equal(error.directory, directory);
      const holder = `process ${child.pid} on ${Deno.hostname()}`;
      assert.equal(error.message, `Cannot write to run ${directory} as ${holder} is writing it`);
      return true;
    });
    assert.throws(() => createRun(directory, smallConfig()), /is writing it/);
    using run = openRunForReading(directory);
    assert.equal(run.summary().running, true);
  } finally {
    await finishOrKill(child, 0);
  }
  using store = openRunForWriting(directory);
  assert.equal(store.config.maxProposals, 300);
});
