import assert from "node:assert/strict";
import { CheckpointError, writeValues } from "../../../core/io/mod.ts";
import { restoreSnapshot, SNAPSHOT_FILE, writeSnapshot } from "../../../core/io/training/snapshot.ts";
import { oracleBackend } from "../../graph/oracle_backend.ts";

const shapes = { "conv.weight": [2, 1, 1, 3], "optimiser/momentum/conv.weight": [2, 1, 1, 3], count: [1] };
const values = {
  "conv.weight": Float32Array.of(1, -2, 3, 4.5, 1e-40, -0),
  "optimiser/momentum/conv.weight": Float32Array.of(0, 0, 1, 2, 3, 4),
  count: Float32Array.of(7),
};

Deno.test("a snapshot fills a state with the same bits, and says after which step", async () => {
  const directory = await Deno.makeTempDir();
  using state = oracleBackend.hold(shapes);
  assert.equal(await restoreSnapshot(directory, state), 0);
  const step = 3 * 2 ** 20 + 12345;
  await writeSnapshot(directory, { step, state, values });
  assert.equal(await restoreSnapshot(directory, state), step);
  const restored = await state.read();
  for (const [name, numbers] of Object.entries(values)) {
    assert.deepEqual(new Uint32Array(restored[name]!.buffer), new Uint32Array(numbers.buffer), name);
  }
  await Deno.remove(directory, { recursive: true });
});

Deno.test("a snapshot of other tensors is refused by name, and nothing is filled", async () => {
  const directory = await Deno.makeTempDir();
  using state = oracleBackend.hold(shapes);
  const { count: _, ...others } = shapes;
  await writeValues(`${directory}/${SNAPSHOT_FILE}`, {
    values: { ...values, more: values.count },
    shapes: { ...others, more: [1] },
  });
  await assert.rejects(restoreSnapshot(directory, state), (error) => {
    assert.ok(error instanceof CheckpointError);
    assert.match(error.message, /count, zennas\.step, more/);
    return true;
  });
  assert.deepEqual([...(await state.read(["count"])).count!], [0]);
  await Deno.writeFile(`${directory}/${SNAPSHOT_FILE}`, new Uint8Array(3));
  await assert.rejects(restoreSnapshot(directory, state), CheckpointError);
  await Deno.remove(directory, { recursive: true });
});
