/**
 * Latency of `.tflite` files on this machine, in one run: every file takes its turn in every round, in turns from either
 * end, so that what else the machine does falls on all alike. The first file is what the others are divided by: by the
 * median, and by the shortest time, which a busy machine disturbs least. Not a phone's latency.
 */

// deno-lint-ignore-file no-console

import { median } from "./harness.ts";
import { openLiteRt, randomImages } from "../mobile/mod.ts";

const ROUNDS = 100, WARM_UP = 3;

const shortest = (values: readonly number[]): number => Math.min(...values);

async function opened(path: string) {
  const model = await openLiteRt(await Deno.readFile(path));
  const inputs = model.inputs.map(({ shape }) => randomImages(shape, { name: "input", count: 1 })[0]!);
  const timesMs: number[] = [];
  const once = async (): Promise<number> => {
    const from = performance.now();
    await model.run(inputs);
    return performance.now() - from;
  };
  return { path, once, timesMs };
}

const files = await Promise.all(Deno.args.map(opened));
for (let round = -WARM_UP; round < ROUNDS; round++) {
  for (const { once, timesMs } of round % 2 === 0 ? files : files.toReversed()) {
    const timeMs = await once();
    if (round >= 0) timesMs.push(timeMs);
  }
}
for (const { path, timesMs } of files) {
  const figures = [median, shortest].map((of) => [of(timesMs), of(timesMs) / of(files[0]!.timesMs)] as const);
  const [middle, best] = figures.map(([ms, ratio]) => `${ms.toFixed(2).padStart(9)} ms  ${ratio.toFixed(3)}`);
  console.log(`median ${middle}  shortest ${best}  ${path}`);
}
