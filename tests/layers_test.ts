import assert from "node:assert/strict";
import plugin from "../.ci/layers.ts";

const root = new URL("../", import.meta.url).pathname;

/** Messages of the layer rules for a source that stands at a path of the repository. */
function messages(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, root + path, source).map(({ message }) => message);
}

Deno.test("a lower layer must not import a higher one", () => {
  assert.deepEqual(messages("core/graph.ts", 'import { open } from "../kernels/mod.ts";'), [
    "core/ must not import from kernels/",
  ]);
  assert.deepEqual(messages("kernels/cpu/pool.ts", 'export * from "../../mobile/mod.ts";'), [
    "kernels/ must not import from mobile/",
  ]);
  assert.deepEqual(messages("bench/main.ts", 'await import("../cli/main.ts");'), ["bench/ must not import from cli/"]);
});

Deno.test("imports downward and inside a layer are free", () => {
  assert.deepEqual(messages("cli/score.ts", 'import { open } from "../kernels/mod.ts";'), []);
  assert.deepEqual(messages("core/search/space.ts", 'import { ops } from "../ops.ts"; import "zod";'), []);
});

Deno.test("core reaches outside only in core/io", () => {
  for (
    const source of ["Deno.readTextFileSync('x')", "Math.random()", "performance.now()", "new Date()", "setTimeout(f)"]
  ) {
    assert.equal(messages("core/graph.ts", source).length, 1, source);
    assert.deepEqual(messages("core/io/run_store.ts", source), [], source);
  }
  assert.deepEqual(messages("core/graph.ts", "Math.max(1, 2)"), []);
});
