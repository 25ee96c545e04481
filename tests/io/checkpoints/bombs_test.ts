/** Files that ask for much get an error, or are read in little memory: at most their own size and 64 MiB. */
import assert from "node:assert/strict";
import { rowsToRun } from "../../scale.ts";
import { TemporaryDirectory } from "../run_case.ts";
import { bombs } from "./bombs.ts";
import { safetensorsFile } from "./files.ts";

const LIMIT_BYTES = 64 * 2 ** 20;
/** Against hanging, not for speed: the slowest takes a few seconds on a busy machine. */
const LIMIT_SECONDS = 120;

/** What bomb_child.ts prints. */
interface Result {
  readonly outcome: string;
  readonly bytes: number;
}

async function explode(path: string): Promise<Result> {
  const child = new Deno.Command(Deno.execPath(), {
    args: [
      "run",
      "-A",
      "--no-check",
      "--v8-flags=--expose-gc",
      new URL("bomb_child.ts", import.meta.url).pathname,
      path,
    ],
    signal: AbortSignal.timeout(LIMIT_SECONDS * 1000),
  });
  const { code, stdout, stderr } = await child.output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}

const { rows, share } = rowsToRun(bombs, ([form, , outcome]) => [`${form} ${outcome}`]);
for (const [form, what, outcome, make] of rows) {
  Deno.test({
    name: `${form}: ${what} (${share})`,
    ignore: Deno.build.os !== "linux", // peaks of memory are read from /proc
    async fn() {
      using temporary = new TemporaryDirectory();
      const path = `${temporary.path}/bomb`, content = make();
      Deno.writeFileSync(path, content);
      const result = await explode(path);
      assert.equal(result.outcome, outcome);
      assert.ok(result.bytes < content.length + LIMIT_BYTES, `${result.bytes} bytes for ${content.length}`);
    },
  });
}

Deno.test({
  name: "a file of 256 MiB is read through little memory",
  ignore: Deno.build.os !== "linux",
  async fn() {
    using temporary = new TemporaryDirectory();
    const path = `${temporary.path}/large.safetensors`, bytes = 2 ** 28;
    const head = safetensorsFile(`{"a":{"dtype":"F32","shape":[${bytes / 4}],"data_offsets":[0,${bytes}]}}`);
    Deno.writeFileSync(path, head);
    Deno.truncateSync(path, head.length + bytes); // a hole: it takes no place on the disk
    const result = await explode(path);
    assert.equal(result.outcome, "read");
    assert.ok(result.bytes < LIMIT_BYTES, `${result.bytes} bytes`);
  },
});
