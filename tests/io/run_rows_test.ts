import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { createRun, csvLine, journalTable, openRunForReading, parseCsv, type Proposal } from "@zennas/zennas";
import { smallConfig, TemporaryDirectory } from "./run_case.ts";

const STRUCTURE = "SuperConvK3BNRELU(3,8,1,1)";

const journal: readonly Proposal[] = [
  { index: 0, structure: STRUCTURE, verdict: "over-budget", budget: "params", value: 12.5, limit: 10 },
  { index: 1, structure: STRUCTURE, verdict: "scored", score: 1.5, parts: { zen: 3 } },
  { index: 2, structure: STRUCTURE, verdict: "duplicate", of: 1 },
  { index: 3, structure: STRUCTURE, verdict: "failed", reason: 'it says "no",\nand stops' },
  { index: 4, structure: STRUCTURE, verdict: "screened-out", screen: "mae_det", value: 1.5, bar: 2.5 },
  { index: 5, structure: "MyOwnBlock(8,8,1)", verdict: "scored", score: 7, parts: { naswot: -1, zen: 2 } },
  { index: 6, structure: STRUCTURE, verdict: "outraced", value: -2.5, bar: -1.25 },
];

/** A run with that journal. */
function writeRun(directory: string): void {
  using store = createRun(directory, smallConfig());
  for (const proposal of journal) store.append(proposal);
}

/** The table as text, and as a reader of CSV sees it. */
function csvOf(directory: string, top?: number) {
  using run = openRunForReading(directory);
  const { columns, rows } = journalTable(run, { top });
  return parseCsv([csvLine(columns), ...[...rows].map(csvLine)].join("\n"));
}

Deno.test("the journal as CSV has a row for each proposal, with verdict, parts of scores, costs and structure", () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`;
  writeRun(directory);
  const rows = csvOf(directory);
  const costs = { parameters: `${3 * 8 * 9 + 16 + 808 + 92}`, macs: `${3 * 8 * 9 * 1024 + 800}`, layers: "1" };
  const expected = [
    { verdict: "over-budget", score: "", score_zen: "", score_naswot: "", detail: "params 12.5 > 10" },
    { verdict: "scored", score: "1.5", score_zen: "3", score_naswot: "", detail: "" },
    { verdict: "duplicate", score: "", score_zen: "", score_naswot: "", detail: "same as 1" },
    { verdict: "failed", score: "", score_zen: "", score_naswot: "", detail: 'it says "no",\nand stops' },
    { verdict: "screened-out", score: "", score_zen: "", score_naswot: "", detail: "mae_det 1.5 < 2.5" },
    { verdict: "scored", score: "7", score_zen: "2", score_naswot: "-1", detail: "" },
    { verdict: "outraced", score: "", score_zen: "", score_naswot: "", detail: "first score -2.5 < -1.25" },
  ].map((row, index) => {
    const { structure } = journal[index]!, none = { parameters: "", macs: "", layers: "" };
    return { number: `${index}`, ...row, ...(structure === STRUCTURE ? costs : none), structure };
  });
  assert.deepEqual(rows.map(({ seconds: _, ...row }) => row), expected);
  assert.deepEqual(csvOf(directory, 1).map(({ number, score }) => [number, score]), [["5", "7"]]);
  assert.deepEqual(csvOf(directory, 9).map(({ number }) => number), ["5", "1"]);
});

Deno.test("seconds count from the start of the search, without the time between sessions", () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`;
  writeRun(directory);
  const database = new DatabaseSync(`${directory}/run.sqlite`);
  // The second session wrote nothing; the third began a day later at proposal 3.
  database.exec(`
    UPDATE sessions SET started_ms = 1000;
    INSERT INTO sessions (started_ms, first_proposal, machine) VALUES (50000, 3, '{}'), (90001000, 3, '{}');
    UPDATE proposals SET time_ms = 1000 + id * 250 WHERE id < 3;
    UPDATE proposals SET time_ms = 90001000 + (id - 3) * 1000 WHERE id >= 3;`);
  database.close();
  assert.deepEqual(csvOf(directory).map(({ seconds }) => Number(seconds)), [0, 0.25, 0.5, 0.5, 1.5, 2.5, 3.5]);
});

Deno.test("fields of CSV with commas, quotes and line breaks come back as they were", () => {
  const fields = ["a,b", 'say "x"', "two\nlines", "carriage\rreturn", "", "plain", -1.5e-7];
  const names = fields.map((_, index) => `c${index}`);
  const [row] = parseCsv(`${csvLine(names)}\n${csvLine(fields)}`);
  assert.deepEqual(Object.values(row!), fields.map(String));
  assert.equal(csvLine(["a", 1, null, "b,c", "d\re"]), 'a,1,,"b,c","d\re"');
});
