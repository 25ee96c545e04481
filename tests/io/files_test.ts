/** Files are read within bounds, and written whole or not at all. */
import assert from "node:assert/strict";
import { checkFile, FileError, isMissing, readBytes, readStream, readText, replaceFile } from "@zennas/zennas";
import { mayMount, SmallDisk } from "./mounts.ts";
import { TemporaryDirectory } from "./run_case.ts";

const unix = Deno.build.os !== "windows";

/** The names in a directory. */
const namesIn = (path: string): string[] => [...Deno.readDirSync(path)].map(({ name }) => name).sort();

Deno.test("a file is replaced by a rename: an open old one keeps its content", () => {
  using folder = new TemporaryDirectory();
  const path = `${folder.path}/report.json`;
  replaceFile(path, "old");
  using old = Deno.openSync(path);
  replaceFile(path, Uint8Array.of(110, 101, 119));
  const seen = new Uint8Array(9);
  assert.deepEqual([old.readSync(seen), new TextDecoder().decode(seen.subarray(0, 3))], [3, "old"]);
  assert.equal(Deno.readTextFileSync(path), "new");
  assert.deepEqual(namesIn(folder.path), ["report.json"]);
});

Deno.test({
  name: "a replaced file keeps its permissions, a link goes on leading to it, and a new one gets the mode it is given",
  ignore: !unix,
  fn() {
    using folder = new TemporaryDirectory();
    const path = `${folder.path}/real`, link = `${folder.path}/link`;
    replaceFile(path, "old", { mode: 0o600 });
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o600);
    Deno.chmodSync(path, 0o666);
    Deno.symlinkSync("real", link);
    replaceFile(link, "new");
    assert.equal(Deno.readTextFileSync(path), "new");
    assert.ok(Deno.lstatSync(link).isSymlink);
    assert.equal(Deno.statSync(path).mode! & 0o777, 0o666);
  },
});

Deno.test({
  name: "a device is written to, and stays what it is",
  ignore: Deno.build.os !== "linux",
  fn() {
    replaceFile("/dev/null", "anything");
    assert.ok(Deno.statSync("/dev/null").isCharDevice);
    assert.throws(
      () => replaceFile("/dev/full", "anything"),
      /^FileError: Cannot write \/dev\/full as .*no space left/,
    );
  },
});

Deno.test("a file that cannot be written is one error that names it, and leaves nothing behind", () => {
  using folder = new TemporaryDirectory();
  Deno.mkdirSync(`${folder.path}/directory`);
  for (const path of [`${folder.path}/directory`, `${folder.path}/none/file`, `${folder.path}/${"n".repeat(300)}`]) {
    assert.throws(() => replaceFile(path, "text"), (error: unknown) => {
      assert.ok(error instanceof FileError && error.path === path, String(error));
      assert.match(error.message, /^Cannot write \/.* as the system says: [a-z ]+$/);
      return true;
    });
  }
  assert.deepEqual(namesIn(folder.path), ["directory"]);
});

Deno.test({
  name: "on a full disk the old file stays whole and nothing else is left (needs the right to mount)",
  ignore: !mayMount(),
  fn() {
    using disk = new SmallDisk(64);
    const path = `${disk.path}/net.tflite`, old = "o".repeat(40_000);
    replaceFile(path, old);
    assert.throws(
      () => replaceFile(path, "n".repeat(40_000)),
      /^FileError: Cannot write .*net\.tflite as the system says: no space left on device$/,
    );
    assert.equal(Deno.readTextFileSync(path), old);
    assert.deepEqual(disk.names(), ["net.tflite"]);
  },
});

Deno.test({
  name: "what is no regular file is refused before it is opened, and what is too large before it is read",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using folder = new TemporaryDirectory();
    const pipe = `${folder.path}/pipe`, large = `${folder.path}/large.yaml`;
    assert.ok(new Deno.Command("mkfifo", { args: [pipe] }).outputSync().success);
    Deno.createSync(large).close();
    Deno.truncateSync(large, 5 * 2 ** 20);
    const refusals: readonly (readonly [path: string, rule: RegExp])[] = [
      ["/dev/zero", /^Cannot read \/dev\/zero as it must be a regular file: got a pipe, socket or device$/],
      [pipe, /pipe as it must be a regular file: got a pipe, socket or device$/],
      [folder.path, /as it must be a file: got a directory$/],
      [large, /large\.yaml as it may have at most 4 MiB: got 5 MiB$/],
      [`${folder.path}/none`, /none as the system says: no such file or directory$/],
    ];
    for (const [path, rule] of refusals) {
      assert.throws(() => checkFile(path, "yaml"), { name: "FileError", message: rule, path });
      await assert.rejects(readText(path, "yaml"), { name: "FileError", message: rule, path });
    }
    assert.equal((await readBytes(large, "module")).length, 5 * 2 ** 20);
    await assert.rejects(readText(`${folder.path}/none`, "yaml"), isMissing);
    await assert.rejects(readText(pipe, "yaml"), (error) => !isMissing(error));
  },
});

Deno.test({
  name: "a file that says that it is empty and is not is read to its end",
  ignore: Deno.build.os !== "linux",
  async fn() {
    assert.equal(Deno.statSync("/proc/self/status").size, 0);
    assert.match(await readText("/proc/self/status", "record"), /^Name:/);
  },
});

Deno.test("a stream is bounded while it is read, be it standard input or the network", async () => {
  async function* chunks(count: number): AsyncGenerator<Uint8Array> {
    for (let index = 0; index < count; index++) yield new Uint8Array(2 ** 10).fill(index);
    if (count > 64) throw new Error("read on");
  }
  const bytes = await readStream(chunks(64), "record", "standard input");
  assert.deepEqual([bytes.length, bytes[0], bytes.at(-1)], [2 ** 16, 0, 63]);
  const rule = /^FileError: Cannot read standard input as it may have at most 64 KiB: got more$/;
  await assert.rejects(readStream(chunks(66), "record", "standard input"), rule);
});
