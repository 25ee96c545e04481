import assert from "node:assert/strict";
import { createRun, readTraining } from "@zennas/zennas";
import { writeFolders } from "../io/data/data_case.ts";
import { smallConfig, TemporaryDirectory } from "../io/run_case.ts";
import { zen, zenJson } from "./zen.ts";

const STRUCTURE = "SuperConvK3BNRELU(3,8,2,1)SuperResK3K3(8,16,2,8,1)";

Deno.test("finalists are trained once; the same command goes on, and other settings are refused", async () => {
  using root = new TemporaryDirectory();
  const run = `${root.path}/run`, data = `${root.path}/set`;
  const images = ["train", "val"].flatMap((split) =>
    [1, 2].flatMap((n) => [`${split}/a/${n}.png`, `${split}/b/${n}.png`])
  );
  await writeFolders(data, { images });
  {
    using store = createRun(run, smallConfig({ initialStructure: STRUCTURE }));
    store.append({ index: 0, structure: STRUCTURE, verdict: "scored", score: 1 });
  }
  const call = (epochs: number) => [
    ...["finalists", run, "--data", data, "--top", "1", "--random", "1", "--largest", "1", "--resolution", "8"],
    ...["--epochs", `${epochs}`, "--warmup", "0", "--batch", "4", "--device", "cpu"],
  ];
  const [planned] = await zenJson([...call(1), "--dry-run"]);
  assert.deepEqual([planned.trainings, planned.images], [2, 8]);
  const first = (await zenJson(call(1))).at(-1);
  assert.deepEqual(first.finalists.map(({ origins }: { origins: string[] }) => origins), [
    ["search", "parameters", "flops"],
    ["random"],
  ]);
  assert.ok(first.finalists.every(({ mean, score }: { mean: number; score: unknown }) => mean >= 0 && score !== null));
  assert.match(Deno.readTextFileSync(`${run}/finalists/finalists.svg`), /Kendall/);
  await Deno.remove(`${run}/finalists/2-seed1`, { recursive: true });
  assert.deepEqual((await zenJson(call(1))).at(-1), first);
  assert.deepEqual([1, 2].map((n) => readTraining(`${run}/finalists/${n}-seed1`).sessions.length), [1, 1]);
  const { code, stderr } = await zen(call(2));
  assert.equal(code, 2, stderr);
  assert.match(stderr, /cannot go on with .*1-seed1 as it was begun by other settings/);
});
