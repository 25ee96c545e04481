import assert from "node:assert/strict";
import { createRun, openRunForReading, openRunForWriting, RunStoreError } from "@zennas/zennas";
import { mayMount, mount, unmount } from "./mounts.ts";
import { smallConfig, TemporaryDirectory } from "./run_case.ts";

/** A directory that holds a finished run and has become read-only. */
class ReadOnlyDirectory implements Disposable {
  readonly #parent = new TemporaryDirectory();
  readonly path = `${this.#parent.path}/disk`;

  constructor() {
    Deno.mkdirSync(this.path);
    if (Deno.uid() === 0) assert.ok(mount("-t", "tmpfs", "zennas-test", this.path));
    createRun(`${this.path}/run`, smallConfig())[Symbol.dispose]();
    if (Deno.uid() === 0) assert.ok(mount("-o", "remount,ro", this.path));
    else for (const name of [this.path, `${this.path}/run`]) Deno.chmodSync(name, 0o555);
  }

  [Symbol.dispose](): void {
    if (Deno.uid() === 0) unmount(this.path);
    else for (const name of [this.path, `${this.path}/run`]) Deno.chmodSync(name, 0o755);
    this.#parent[Symbol.dispose]();
  }
}

Deno.test({
  name: "a read-only directory can be read, and writing to it is one clear error (as root: needs the right to mount)",
  // Permission bits alone do not keep root from writing.
  ignore: Deno.build.os === "windows" || Deno.uid() === 0 && !mayMount(),
  fn() {
    using disk = new ReadOnlyDirectory();
    for (
      const action of [
        () => openRunForWriting(`${disk.path}/run`),
        () => createRun(`${disk.path}/another`, smallConfig()),
      ]
    ) {
      assert.throws(action, (error: unknown) => {
        assert.ok(error instanceof RunStoreError && error.cause instanceof Error, String(error));
        assert.match(error.message, /^Cannot (open|create) run .* as .*([Rr]ead-only|[Pp]ermission)/);
        return true;
      });
    }
    using run = openRunForReading(`${disk.path}/run`);
    assert.deepEqual([run.summary().running, run.summary().proposals], [false, 0]);
  },
});
