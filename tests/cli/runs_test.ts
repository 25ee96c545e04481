import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { createRun } from "@zennas/zennas";
import { smallConfig, TemporaryDirectory } from "../io/run_case.ts";
import { zen, zenJson } from "./zen.ts";

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
    config: /Cannot use run .* as a configuration/,
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
