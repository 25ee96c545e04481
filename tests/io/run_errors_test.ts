/** What the system and SQLite say of a run's directory, in words of a run. */
import assert from "node:assert/strict";
import { ConfigError, RunStoreError } from "@zennas/zennas";
import { isLocked, isUnopenable, onStore, storeError } from "../../core/io/runs/error.ts";

const meanings = {
  "database or disk is full": "the disk, or the size that the store may have, is full",
  "attempt to write a readonly database": "it is read-only",
  "unable to open database file": "its files cannot be opened (missing, or read-only)",
  "file is not a database": "run.sqlite is damaged, or not a database",
  "database disk image is malformed": "run.sqlite is damaged",
  "disk I/O error": "the disk reports an error",
  "database is locked": "another process is using it",
  "Not a directory (os error 20)": "Not a directory (os error 20)",
};

Deno.test("what SQLite and the system say is told in words of a run", () => {
  for (const [said, meaning] of Object.entries(meanings)) {
    for (const cause of [new Error(said), said]) {
      const error = storeError("d", "read", cause);
      assert.equal(error.message, `Cannot read run d as ${meaning}`);
      assert.deepEqual([error.directory, error.cause], ["d", cause]);
    }
    assert.equal(isLocked(new Error(said)), said === "database is locked");
    assert.equal(isUnopenable(new Error(said)), said === "unable to open database file");
    assert.ok(!isLocked(said) && !isUnopenable(said));
  }
});

Deno.test("an action's errors become the run's, but those that are known already", () => {
  const known = [new RunStoreError("e", "Cannot open it"), new ConfigError("settings", [])];
  const throws = (error: Error) =>
    onStore("d", "open", () => {
      throw error;
    });
  for (const error of known) assert.throws(() => throws(error), (thrown) => thrown === error);
  assert.throws(() => throws(new TypeError("odd")), { name: "RunStoreError", message: "Cannot open run d as odd" });
  assert.equal(onStore("d", "open", () => 5), 5);
});
