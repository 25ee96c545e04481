/**
 * Makes tests/fixtures/float64_scores.json: for the published scores that float32 does not meet easily, what they are in
 * float64, and how far float32's errors move them. `deno task fixtures:float64 [--only <key>…]`; what is there already is
 * kept, so that it can be stopped. All of it takes an hour of one core.
 *
 * @module
 */
import { parseArgs } from "node:util";
import type { Backend } from "../../core/mod.ts";
import { openBackend } from "../../kernels/mod.ts";
import { float32Model, oracleBackend } from "../core/oracle_backend.ts";
import { type GoldenRow, goldens, rowsOf } from "./goldens.ts";

/** A score in float64, and the root mean square of its relative changes over draws of float32's errors. */
interface Measured {
  readonly value: number;
  readonly spread: number;
}

type Scores = Readonly<Record<string, Readonly<Record<string, Measured>>>>;

const DRAWS = 4;
/** Scores that are this share of their tolerance off on the CPU are measured. */
const EASY = 1 / 8;
const file = new URL("../fixtures/float64_scores.json", import.meta.url);

async function read(): Promise<Scores> {
  return JSON.parse(await Deno.readTextFile(file));
}

async function scoreOn(backend: Backend, { proxy, design, settings }: GoldenRow): Promise<number> {
  return (await proxy.score(design, settings, backend)).value;
}

async function measure(row: GoldenRow): Promise<Measured> {
  const value = await scoreOn(oracleBackend, row);
  let squares = 0;
  for (let draw = 0; draw < DRAWS; draw++) squares += (await scoreOn(float32Model(draw), row) / value - 1) ** 2;
  return { value, spread: Number(Math.sqrt(squares / DRAWS).toPrecision(2)) };
}

async function add(key: string, row: number, measured: Measured): Promise<void> {
  const scores = await read();
  const changed = { ...scores, [key]: { ...scores[key], [row]: measured } };
  await Deno.writeTextFile(file, `${JSON.stringify(changed, null, 1)}\n`);
}

const { values: { only } } = parseArgs({ options: { only: { type: "string", multiple: true } } });
await using cpu = await openBackend("cpu");
for (const golden of goldens) {
  if (only && !only.includes(golden.key)) continue;
  for (const [index, row] of rowsOf(golden).entries()) {
    if (row.expected === null || (await read())[golden.key]?.[index]) continue;
    if (Math.abs(await scoreOn(cpu, row) / row.expected - 1) < EASY * golden.tolerance) continue;
    await add(golden.key, index, await measure(row));
  }
}
