import assert from "node:assert/strict";
import { goldens, rowsOf } from "./scoring/goldens.ts";
import { kindsOfNetwork, rowsToRun } from "./scale.ts";
import scores from "./fixtures/zen_scores.json" with { type: "json" };

Deno.test("few rows show what the table shows, the same ones each time", () => {
  const table = [["a"], ["a", "b"], ["c"], ["b", "c"], ["b"]];
  assert.deepEqual(rowsToRun(table, (row) => row, false), { rows: [["a", "b"], ["c"]], share: "2 of 5 rows" });
  assert.deepEqual(rowsToRun(table, (row) => row, true), { rows: table, share: "5 of 5 rows" });
});

Deno.test("the few rows of published scores are of every block, with squeeze-and-excitation and without", () => {
  const tables = [
    ...goldens.filter(({ costly }) => !costly).map((golden) => rowsOf(golden).map(({ kinds }) => kinds)),
    scores.map((row) => kindsOfNetwork(row)),
  ];
  for (const table of tables) {
    const { rows } = rowsToRun(table, (kinds) => kinds, false), shown = new Set(rows.flat());
    for (const kind of ["SuperResK7K7", "SuperResIDWE6K3", "use_se true", "use_se false"]) {
      assert.ok(shown.has(kind), kind);
    }
    assert.deepEqual(shown, new Set(table.flat()));
    assert.ok(rows.length <= 5, `${rows.length}`);
  }
});

Deno.test("the few rows of what is costly to score are with squeeze-and-excitation and without", () => {
  for (const golden of goldens.filter(({ costly }) => costly)) {
    const { rows } = rowsToRun(rowsOf(golden), ({ kinds }) => kinds, false);
    for (const kind of ["use_se true", "use_se false"]) assert.ok(rows.some(({ kinds }) => kinds.includes(kind)), kind);
  }
});
