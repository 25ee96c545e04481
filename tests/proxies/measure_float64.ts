/**
 * Makes tests/fixtures/float64_scores.json: for the published scores that float32 does not meet easily, what they are in
 * float64, and how far float32's errors move them. `deno task fixtures:float64 [--row <links|plain>.<row>…]`; what is there
 * already is kept, so that it can be stopped. All of it takes an hour of one core.
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { Backend } from "../../core/mod.ts";
import { openBackend } from "../../kernels/mod.ts";
import { type Golden, type GoldenRow, goldens, rowsOf } from "./goldens.ts";
import { rememberingOracle } from "./remembering_oracle.ts";

/** A score in float64, and the root mean square of its relative changes over draws of float32's errors. */
interface Measured {
  readonly value: number;
  readonly spread: number;
}

type Scores = Readonly<Record<string, Readonly<Record<string, Measured>>>>;

const DRAWS = [0, 1, 2, 3];
/** Scores that are this share of their tolerance off on the CPU are measured. */
const EASY = 1 / 8;
const file = new URL("../fixtures/float64_scores.json", import.meta.url);

async function read(): Promise<Scores> {
  return JSON.parse(await Deno.readTextFile(file));
}

async function add(key: string, index: number, measured: Measured): Promise<void> {
  const scores = await read();
  const changed = { ...scores, [key]: { ...scores[key], [index]: measured } };
  await Deno.writeTextFile(file, `${JSON.stringify(changed, null, 1)}\n`);
}

async function scoreOn(backend: Backend, { proxy, design, settings }: GoldenRow): Promise<number> {
  return (await proxy.score(design, settings, backend)).value;
}

async function isHard(backend: Backend, { tolerance }: Golden, row: GoldenRow): Promise<boolean> {
  return Math.abs(await scoreOn(backend, row) / row.expected! - 1) > EASY * tolerance;
}

/** Scores one network by several proxies, each on an oracle that has what they share. */
async function measure(rows: readonly (readonly [key: string, row: GoldenRow])[], index: number): Promise<void> {
  const scores = rows.map((): number[] => []);
  for (const draw of [undefined, ...DRAWS]) {
    const oracle = rememberingOracle(draw);
    for (const [proxy, [, row]] of rows.entries()) scores[proxy]!.push(await scoreOn(oracle, row));
  }
  for (const [proxy, [key]] of rows.entries()) {
    const [value, ...moved] = scores[proxy] as [number, ...number[]];
    const squares = moved.reduce((sum, one) => sum + (one / value - 1) ** 2, 0);
    await add(key, index, { value, spread: Number(Math.sqrt(squares / DRAWS.length).toPrecision(2)) });
  }
}

const { values: { row: chosen } } = parseArgs({ options: { row: { type: "string", multiple: true } } });
await using cpu = await openBackend("cpu");
for (const links of [true, false]) {
  const own = goldens.filter((golden) => golden.links === links), tables = own.map(rowsOf);
  for (const index of tables[0]!.keys()) {
    if (chosen && !chosen.includes(`${links ? "links" : "plain"}.${index}`)) continue;
    const hard: [string, GoldenRow][] = [], known = await read();
    for (const [proxy, golden] of own.entries()) {
      const row = tables[proxy]![index]!;
      if (row.expected === null || known[golden.key]?.[index] || !await isHard(cpu, golden, row)) continue;
      hard.push([golden.key, row]);
    }
    await measure(hard, index);
  }
}
