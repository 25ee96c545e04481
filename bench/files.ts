/**
 * Latency of `.tflite` files on this machine, in one run: every file takes its turn in every round, so that what else the
 * machine does falls on all alike. The first file is what the others are divided by. Not a phone's latency.
 */

// deno-lint-ignore-file no-console

import { openLiteRt, randomImages } from "../mobile/mod.ts";

const ROUNDS = 30, WARM_UP = 3;

const median = (values: readonly number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1]!;

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
  for (const { once, timesMs } of files) {
    const timeMs = await once();
    if (round >= 0) timesMs.push(timeMs);
  }
}
const base = median(files[0]!.timesMs);
for (const { path, timesMs } of files) {
  const ms = median(timesMs);
  console.log(`${ms.toFixed(2).padStart(9)} ms  ${(ms / base).toFixed(3)}  ${path}`);
}
