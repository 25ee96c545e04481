/** What `zen run` does. */
import { readBytes } from "../../core/io/files/read.ts";
import { labelsOf, openLiteRt, randomImages, readImage, readLiteFile } from "../../mobile/mod.ts";
import type { RunOptions } from "../commands/run.ts";
import { inFile } from "../errors.ts";
import { print, printJson } from "../terminal.ts";

async function readInput(path: string, shape: readonly number[]): Promise<Float32Array> {
  return path === "random" ? randomImages(shape, { name: "input", count: 1 })[0]! : await readImage(path, shape);
}

/** Runs the file on one input and prints its outputs. Throws MobileError. */
export async function run(path: string, { input, top, json }: RunOptions): Promise<void> {
  const bytes = await readBytes(path, "model"), labels = await inFile(path, () => labelsOf(readLiteFile(bytes)));
  using model = await inFile(path, () => openLiteRt(bytes));
  const values: Float32Array[] = [];
  for (const { shape } of model.inputs) values.push(await readInput(input, shape));
  const outputs = await model.run(values);
  const named = model.outputs.map(({ name, shape }, index) => ({ name, shape, values: [...outputs[index]!] }));
  if (json) return printJson({ outputs: named });
  for (const { name, shape, values } of named) {
    print(`${name} [${shape.join(", ")}]`);
    const best = values.map((value, index) => ({ value, index })).sort((a, b) => b.value - a.value).slice(0, top);
    for (const { value, index } of best) print(`  ${value.toPrecision(6).padStart(12)}  ${labels[index] ?? index}`);
  }
}
