import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { createRun, openRunForWriting, parseCsv } from "@zennas/zennas";
import { smallConfig, TemporaryDirectory } from "../io/run_case.ts";
import { atTerminal, hasTerminal } from "./pseudo_terminal.ts";
import { optionsOver, zen, zenJson } from "./zen.ts";

/** Makes a run and changes its database. */
function changedRun(directory: string, sql: string): void {
  createRun(directory, smallConfig())[Symbol.dispose]();
  const database = new DatabaseSync(`${directory}/run.sqlite`);
  database.exec(sql);
  database.close();
}

Deno.test("folders that are no runs are named with their error, and hide no run", async () => {
  using temporary = new TemporaryDirectory();
  const root = temporary.path;
  for (const id of ["a", "z"]) createRun(`${root}/${id}`, smallConfig())[Symbol.dispose]();
  for (const id of ["link", "text"]) Deno.mkdirSync(`${root}/${id}`);
  Deno.mkdirSync(`${root}/folder/run.sqlite`, { recursive: true });
  Deno.writeTextFileSync(`${root}/text/run.sqlite`, "notes on a run\n");
  Deno.symlinkSync("gone.sqlite", `${root}/link/run.sqlite`);
  changedRun(`${root}/newer`, "PRAGMA user_version = 7");
  changedRun(`${root}/config`, `UPDATE run SET value = '{"proxy": 1}' WHERE key = 'config'`);
  changedRun(`${root}/json`, "UPDATE run SET value = '{' WHERE key = 'config'");
  changedRun(`${root}/tables`, "DROP TABLE proposals");
  const errors = {
    config: /Cannot use run .*/,
    folder: /Cannot open run .* as run.sqlite is a directory/,
    json: /Cannot read run /,
    link: /Cannot open run /,
    newer: /Cannot open run .* as a newer zennas wrote it/,
    tables: /Cannot read run .* as no such table: proposals/,
    text: /Cannot open run .* as run.sqlite is damaged, or not a database/,
  };
  const { code, stdout, stderr } = await zen(["runs", "list", "--root", root]);
  assert.equal(code, 0);
  assert.deepEqual(stdout.trim().split("\n").slice(1).map((line) => line.split(" ")[0]), ["a", "z"]);
  const named = stderr.trim().split("\n").filter((line) => !line.startsWith(" "));
  assert.deepEqual(named.map((line) => line.split(":")[0]), Object.keys(errors));
  for (const [index, error] of Object.values(errors).entries()) assert.match(named[index]!, error);
  const listed = await zenJson(["runs", "list", "--root", root]);
  assert.deepEqual(listed.map(({ run }) => run), ["a", "z"]);
});

Deno.test({
  name: "a folder that may not be read hides no run",
  ignore: Deno.build.os === "windows" || Deno.uid() === 0,
  fn: async () => {
    using temporary = new TemporaryDirectory();
    const root = temporary.path, closed = `${root}/closed`;
    for (const id of ["a", "closed"]) createRun(`${root}/${id}`, smallConfig())[Symbol.dispose]();
    Deno.chmodSync(closed, 0);
    const { code, stdout, stderr } = await zen(["runs", "list", "--root", root]);
    Deno.chmodSync(closed, 0o755);
    assert.equal(code, 0);
    assert.match(stdout, /^a /m);
    assert.match(stderr, /^closed: Cannot open run .*[Pp]ermission denied/);
  },
});

/** A finished search by parameters with an id below a root. */
async function searched(root: string, id: string, options: readonly string[] = []): Promise<void> {
  const preset = ["search", "--preset", "params-cifar-params1M", "--max-proposals", "30"];
  const { code, stderr } = await zen(optionsOver([...preset, "--out", `${root}/${id}`], ["--quiet", ...options]));
  assert.equal(code, 0, stderr);
}

Deno.test("the best candidates are printed with their costs, by a search and of a run, as a table, JSON and CSV", async () => {
  using temporary = new TemporaryDirectory();
  const root = temporary.path, search = ["search", "--preset", "params-cifar-params1M", "--max-proposals", "30"];
  const done = (await zenJson([...search, "--out", `${root}/run`, "--top", "3"])).at(-1);
  assert.equal(done.top.length, 3);
  const { best } = done, [first] = done.top;
  assert.deepEqual(first, { rank: 1, ...best });
  assert.ok(done.top[1].score <= first.score && done.top[1].parameters > 0 && done.top[1].layers > 0);
  const show = ["runs", "show", "run", "--root", root];
  assert.deepEqual(await zenJson([...show, "--top", "3"]), done.top);
  const { stdout: table } = await zen([...show, "--top", "3"]);
  const lines = table.trim().split("\n");
  assert.match(lines[0]!, /^rank +score +parameters +multiply-adds +layers +proposal +structure$/);
  assert.match(lines[1]!, new RegExp(`^ +1 .* ${best.index} +SuperConv`));
  assert.equal(lines.length, 4);
  const rows = parseCsv((await zen([...show, "--csv"])).stdout);
  assert.deepEqual(rows.map(({ number }) => Number(number)), Array.from({ length: 30 }, (_, index) => index));
  const journal = await zenJson([...show, "--journal"]);
  assert.deepEqual(rows.map((row) => row.structure), journal.map((row) => row.structure));
  const top = parseCsv((await zen([...show, "--csv", "--top", "2"])).stdout);
  assert.deepEqual(
    top.map(({ number }) => Number(number)),
    done.top.slice(0, 2).map((one: { index: number }) => one.index),
  );
  assert.equal((await zen([...show, "--csv", "--json"])).code, 2);
});

Deno.test("a search leaves its picture, and show --plot draws it again", async () => {
  using temporary = new TemporaryDirectory();
  const root = temporary.path, file = `${root}/again.svg`;
  await searched(root, "run");
  const drawn = Deno.readTextFileSync(`${root}/run/search.svg`);
  assert.match(drawn, /30 proposals in/);
  const { code, stderr } = await zen(["runs", "show", "run", "--root", root, "--plot", file]);
  assert.deepEqual([code, stderr], [0, `wrote ${file}\n`]);
  // A process numbers the pictures that it draws.
  const unnumbered = (svg: string): string => svg.replaceAll(/\bzr\d+-[\w-]+/g, "");
  assert.equal(unnumbered(Deno.readTextFileSync(file)), unnumbered(drawn));
  assert.deepEqual(await zenJson(["runs", "show", "run", "--root", root, "--plot", file]), [{
    run: "run",
    plot: file,
  }]);
});

Deno.test("runs diff tells settings, counts and where the journals part", async () => {
  using temporary = new TemporaryDirectory();
  const root = temporary.path, diff = (a: string, b: string) => ["runs", "diff", a, b, "--root", root];
  await searched(root, "a");
  await searched(root, "b", ["--max-proposals", "20"]);
  await searched(root, "c", ["--seed", "2"]);
  const same = await zen(diff("a", "a"));
  assert.match(same.stdout, /the journals are the same: 30 proposals/);
  const { stdout } = await zen(diff("a", "b"));
  assert.match(stdout, /^setting maxProposals +30 +20$/m);
  assert.match(stdout, /^proposals +30 +20$/m);
  assert.match(stdout, /^the journals part at proposal 20:\n +a +\S.* Super.*\n +b +has ended$/m);
  const [other] = await zenJson(diff("a", "c"));
  assert.deepEqual(other.config, [{ path: "seed", a: 1, b: 2 }]);
  assert.deepEqual([other.a.run, other.b.run, other.machine], ["a", "c", []]);
  assert.equal(other.first_difference.index, other.common);
  assert.notDeepEqual(other.first_difference.a, other.first_difference.b);
  assert.equal((await zen(diff("a", "none"))).code, 1);
});

Deno.test("runs prune lists without removing, refuses without a terminal or a rule, and removes with --yes", async () => {
  using temporary = new TemporaryDirectory();
  const root = temporary.path;
  const left = () => [...Deno.readDirSync(root)].map(({ name }) => name).sort();
  for (const id of ["a", "b"]) await searched(root, id);
  createRun(`${root}/empty`, smallConfig())[Symbol.dispose]();
  Deno.mkdirSync(`${root}/text`);
  Deno.writeTextFileSync(`${root}/text/run.sqlite`, "notes on a run\n");
  const all = left(), prune = ["runs", "prune", root];
  for (const args of [[], ["--yes"], ["--keep", "1"], ["--keep", "1", "--json"], ["--older-than", "soon", "--yes"]]) {
    const { code, stderr } = await zen([...prune, ...args]);
    assert.equal(code, 2, `${args}: ${stderr}`);
  }
  const dry = await zen([...prune, "--keep", "1", "--dry-run"]);
  assert.match(dry.stdout, /\na +\d{4}-.*\nb +\d{4}-.*\nwould free [\d.]+ kB; nothing was removed\n$/);
  assert.match(dry.stderr, /^text is left alone: Cannot open run/);
  const [would, total] = await zenJson([...prune, "--failed", "--dry-run"]);
  assert.deepEqual([would.run, would.removed, would.bytes > 0], ["empty", false, true]);
  assert.deepEqual(total, { event: "done", removed: 0, bytes: 0 });
  assert.deepEqual(left(), all);
  const { stdout } = await zen([...prune, "--failed", "--yes"]);
  assert.match(stdout, /\nremoved 1 run, freed [\d.]+ kB\n$/);
  assert.deepEqual(left(), ["a", "b", "text"]);
  assert.equal((await zen([...prune, "--older-than", "1d", "--yes"])).stdout, "no run matches\n");
  age(`${root}/a`);
  {
    using _held = openRunForWriting(`${root}/a`);
    age(`${root}/a`);
    const none = await zenJson([...prune, "--older-than", "1d", "--yes"]);
    assert.deepEqual(none, [{ event: "done", removed: 0, bytes: 0 }]);
  }
  const [old, end] = await zenJson([...prune, "--older-than", "1d", "--yes"]);
  assert.deepEqual([old.run, old.removed, end], ["a", true, { event: "done", removed: 1, bytes: old.bytes }]);
  assert.deepEqual(left(), ["b", "text"]);
});

/** Lets a run look as if it was written in 1970. */
function age(directory: string): void {
  using database = new DatabaseSync(`${directory}/run.sqlite`);
  database.exec("UPDATE sessions SET started_ms = 0; UPDATE proposals SET time_ms = 0");
}

Deno.test({
  name: "runs prune asks at a terminal, and removes nothing unless the answer is yes",
  ignore: !hasTerminal,
  fn: async () => {
    using temporary = new TemporaryDirectory();
    const run = `${temporary.path}/run`, there = () => existsSync(run);
    createRun(run, smallConfig())[Symbol.dispose]();
    for (const [answer, kept] of [["n", true], ["", true], ["y", false]] as const) {
      const screen = await atTerminal(`runs prune ${temporary.path} --failed`, { input: `${answer}\n` });
      assert.match(screen, /Remove 1 run, [\d.]+ kB\? \[y\/N\]/);
      assert.match(screen, kept ? /nothing was removed/ : /removed 1 run/);
      assert.equal(there(), kept, answer);
    }
  },
});
