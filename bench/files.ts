/**
 * Latency of `.tflite` files on this machine, all measured in one run. Each round runs every file once, in the given
 * order and in reverse order in turn, so that other work on the machine slows all files alike. Results are also given
 * as a ratio to the first file: of the medians, and of the shortest times, which a busy machine disturbs least. This is
 * not a phone's latency.
 */

// deno-lint-ignore-file no-console

import { median } from "../core/numeric/statistics.ts";
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
