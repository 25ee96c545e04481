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
import { type Float64Score, type Float64Scores, type Golden, type GoldenRow, goldens, rowsOf } from "./goldens.ts";
import { rememberingOracle } from "./remembering_oracle.ts";

const DRAWS = 4;
/** Scores that are this share of their tolerance off on the CPU are measured. */
const EASY = 1 / 8;
const file = new URL("../fixtures/float64_scores.json", import.meta.url);

async function read(): Promise<Float64Scores> {
  return JSON.parse(await Deno.readTextFile(file));
}

async function add(key: string, index: number, measured: Float64Score): Promise<void> {
  const scores = await read();
  const changed = { ...scores, [key]: { ...scores[key], [index]: measured } };
  await Deno.writeTextFile(file, `${JSON.stringify(changed, null, 1)}\n`);
}

async function scoreOn(backend: Backend, { proxy, design, settings }: GoldenRow): Promise<number> {
  return (await proxy.score(design, settings, backend)).value;
}

async function isHard(backend: Backend, { golden: { tolerance }, row }: Hard): Promise<boolean> {
  return Math.abs(await scoreOn(backend, row) / row.expected! - 1) > EASY * tolerance;
}

/** A published score and its row. */
interface Hard {
  readonly golden: Golden;
  readonly row: GoldenRow;
}

const drawsOf = ({ golden: { draws = DRAWS } }: Hard): number => draws;

/** Scores one network by several proxies, each on an oracle that has what they share. */
async function measure(hard: readonly Hard[], index: number): Promise<void> {
  const oracle = rememberingOracle(), most = Math.max(0, ...hard.map(drawsOf));
  const values = await Promise.all(hard.map(({ row }) => scoreOn(oracle, row))), squares = hard.map(() => 0);
  for (let draw = 0; draw < most; draw++) {
    const moved = rememberingOracle(draw);
    for (const [at, one] of hard.entries()) {
      if (draw < drawsOf(one)) squares[at]! += (await scoreOn(moved, one.row) / values[at]! - 1) ** 2;
    }
  }
  for (const [at, one] of hard.entries()) {
    const spread = Number(Math.sqrt(squares[at]! / drawsOf(one)).toPrecision(2));
    await add(one.golden.key, index, { value: values[at]!, spread });
  }
}

const { values: { row: chosen } } = parseArgs({ options: { row: { type: "string", multiple: true } } });
await using cpu = await openBackend("cpu");
for (const links of [true, false]) {
  const own = goldens.filter((golden) => golden.links === links), tables = own.map(rowsOf);
  for (const index of tables[0]!.keys()) {
    if (chosen && !chosen.includes(`${links ? "links" : "plain"}.${index}`)) continue;
    const hard: Hard[] = [], known = await read();
    for (const [proxy, golden] of own.entries()) {
      const one = { golden, row: tables[proxy]![index]! };
      if (one.row.expected === null || known[golden.key]?.[index]) continue;
      if (await isHard(cpu, one)) hard.push(one);
    }
    await measure(hard, index);
  }
}
