import assert from "node:assert/strict";
import { fillNormal, GraphBuilder } from "../../core/mod.ts";
import { openCpu } from "../../kernels/mod.ts";

Deno.test("a draw on the CPU backend has the generator's bits", async () => {
  const draws = [
    { seed: 0, stream: 0, draw: 0 },
    { seed: 1, stream: 16, draw: 3 },
    { seed: 2 ** 53 - 1, stream: 2 ** 31, draw: 2 ** 32 - 1 },
  ];
  await using backend = await openCpu({ workers: 1 });
  for (const { seed, stream, draw } of draws) {
    for (const length of [1, 6, 100_003]) {
      const builder = new GraphBuilder();
      using program = backend.compile(builder.build([builder.add("gaussian", [], { shape: [length], stream })]));
      const [actual] = await program.run({ seed, draw });
      const expected = fillNormal(new Float32Array(length), { seed, stream, draw });
      assert.deepEqual(new Uint32Array(actual!.buffer), new Uint32Array(expected.buffer));
    }
  }
});
