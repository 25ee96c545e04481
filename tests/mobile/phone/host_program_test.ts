/** The measuring program of this machine: how many inferences, for how long, in which units. */
import assert from "node:assert/strict";
import { type BenchmarkOutput, parseBenchmark, runBenchmark } from "../../../mobile/phone/mod.ts";

const INFERENCE_MS = 4;

/** What the program measures of a model whose inference takes a known time, and how many inferences it ran. */
async function measured(
  flags: string,
): Promise<BenchmarkOutput & { readonly inferences: number; readonly path: string }> {
  let inferences = 0, path = "";
  const text = await runBenchmark(["--graph=a.tflite", ...flags.split(" ")], {
    read: (given) => (path = given, Promise.resolve(new Uint8Array(3))),
    open: () =>
      Promise.resolve({
        run() {
          inferences++;
          return new Promise((resolve) => setTimeout(resolve, INFERENCE_MS));
        },
        [Symbol.dispose]: () => {},
      }),
  });
  return { ...parseBenchmark(text, 1), inferences, path };
}

Deno.test("as many inferences as asked for, after those to warm up, timed in µs", async () => {
  const { warmup, measured: counted, inferences, path } = await measured("--num_runs=7 --warmup_runs=3 --min_secs=0");
  assert.deepEqual([warmup.count, counted.count, inferences, path], [3, 7, 10, "a.tflite"]);
  assert.ok(counted.minUs >= 900 * INFERENCE_MS && counted.minUs < 1e6, `${counted.minUs} µs`);
  const ordered = [counted.minUs, counted.p5Us!, counted.medianUs!, counted.p95Us!, counted.maxUs];
  assert.deepEqual(ordered, ordered.toSorted((a, b) => a - b));
});

Deno.test("more inferences until the shortest time has passed, fewer where the longest has", async () => {
  const longer = await measured("--num_runs=1 --warmup_runs=1 --min_secs=0.1");
  const { count, avgUs } = longer.measured;
  assert.ok(count > 1 && count * avgUs >= 0.09e6 && longer.warmup.count === 1, `${count} of ${avgUs} µs`);
  const shorter = await measured("--num_runs=1000 --warmup_runs=1 --min_secs=0 --max_secs=0.05");
  assert.ok(shorter.measured.count >= 1 && shorter.measured.count < 30, `${shorter.measured.count}`);
});
