import assert from "node:assert/strict";
import { environment, sourceHash } from "../../bench/environment.ts";

Deno.test("figures name the sources that decide them: core's and kernels' files, by name and content", async () => {
  const folder = await Deno.makeTempDir(), root = new URL(`file://${folder}/`);
  const write = (path: string, text: string) => Deno.writeTextFile(new URL(path, root), text);
  const changes = async (change: () => Promise<unknown>): Promise<boolean> => {
    const before = sourceHash(root);
    await change();
    return sourceHash(root) !== before;
  };
  try {
    for (const path of ["core/graph", "kernels/cpu", "docs"]) {
      await Deno.mkdir(new URL(path, root), { recursive: true });
    }
    await write("core/graph/ops.ts", "a");
    await write("kernels/cpu/pool.ts", "b");
    assert.equal(await changes(() => write("docs/performance.md", "figures")), false);
    assert.equal(await changes(() => write("core/graph/ops.ts", "c")), true);
    assert.equal(await changes(() => write("kernels/cpu/pool.ts", "d")), true);
    assert.equal(await changes(() => Deno.rename(`${folder}/core/graph/ops.ts`, `${folder}/core/ops.ts`)), true);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("figures name the version and the same sources each time", () => {
  assert.match(environment().code, /^zennas \d+\.\d+\.\d+ \(sources [0-9a-f]{8}\)$/);
  assert.deepEqual(environment(), environment());
});
