/** The process that runs several command lines for the tests. */
import assert from "node:assert/strict";
import { TemporaryDirectory } from "../io/run_case.ts";
import { runWarm } from "./warm_zen.ts";
import { ended, endOf } from "./zen_protocol.ts";
import { permissions } from "./zen.ts";

const warm = (...args: string[]) => runWarm(args, { permissions, env: { NO_COLOR: "1" } });

Deno.test("command lines of one process leave what they print and their exit codes apart, and -C ends with its own", async () => {
  using temporary = new TemporaryDirectory();
  const shown = await warm("-C", temporary.path, "runs", "list", "--root", ".");
  assert.equal(shown.code, 0, shown.stderr);
  const wrong = await warm("nonsense");
  assert.deepEqual([wrong.code, wrong.stdout], [2, ""]);
  assert.match(wrong.stderr, /^error: unknown command .nonsense/);
  const { code, stdout, stderr } = await warm("analyze", "--file", "tests/fixtures/none.txt");
  assert.deepEqual([code, stdout], [1, ""]);
  assert.ok(stderr.includes("none.txt") && !stderr.includes(temporary.path), stderr);
  const proxy = await warm("-C", "tests/cli", "score", "SuperConvK3BNRELU(3,8,1,1)", "--proxy", "params");
  assert.equal(proxy.code, 0, proxy.stderr);
  assert.equal((await warm("-C", "tests/cli", "zoo", "list")).code, 0);
});

Deno.test("a process that ends in a command line gives its exit code, and the next has another", async () => {
  using temporary = new TemporaryDirectory();
  const module = `${temporary.path}/ends.ts`;
  Deno.writeTextFileSync(module, `console.error("ends"); Deno.exit(7);`);
  const { code, stderr } = await warm("analyze", "SuperConvK3BNRELU(3,8,1,1)", "--module", module);
  assert.deepEqual([code, stderr.includes("ends")], [7, true], stderr);
  assert.equal((await warm("zoo", "list")).code, 0);
});

Deno.test("the end of a command line is told from that of another, and from half of one", () => {
  const end = endOf(3, 130);
  assert.deepEqual(ended(`a\nb${end}`, 3), { text: "a\nb", code: 130 });
  for (const text of ["a", `a${end.slice(0, -1)}`, `a${endOf(2, 130)}`]) assert.equal(ended(text, 3), undefined);
});
