import assert from "node:assert/strict";
import { ConfigError, loadBenchmark, parseCsv, ScoreTable } from "@zennas/zennas";
import { TemporaryDirectory } from "./run_case.ts";

Deno.test("comma-separated values: quotes, quoted commas, ends of lines of both kinds, empty lines", () => {
  const text = '\uFEFFa,"b ""c"""\r\n1,"x,\ny"\r\n\r\n2,\n"3",z';
  assert.deepEqual(parseCsv(text), [{ a: "1", 'b "c"': "x,\ny" }, { a: "2", 'b "c"': "" }, { a: "3", 'b "c"': "z" }]);
  assert.deepEqual(parseCsv("a,b\n"), []);
  assert.deepEqual(parseCsv(""), []);
});

Deno.test("what are no comma-separated values are refused with the line", () => {
  for (const text of ['a,b\n1,"2', 'a,b\n1,2"3\n', 'a,b\n"1"2,3\n', "a,b\n1\n", "a,b\n1,2,3\n"]) {
    assert.throws(() => parseCsv(text), (error: unknown) => {
      assert.ok(error instanceof SyntaxError && error.cause instanceof Error, String(error));
      assert.match(error.message, /^Cannot read comma-separated values as the parser says: .* line 2/);
      return true;
    });
  }
});

Deno.test("a CSV of one's own is a benchmark", async () => {
  using folder = new TemporaryDirectory();
  const path = `${folder.path}/mine.csv`;
  await Deno.writeTextFile(path, 'name,accuracy,structure\nx,91.5,"SuperConvK3BNRELU(3,8,1,1)"\n');
  const { benchmark, networks } = await loadBenchmark({ benchmark: path });
  assert.deepEqual(networks, [{ text: "SuperConvK3BNRELU(3,8,1,1)", accuracy: 91.5 }]);
  assert.equal(benchmark.design(networks[0]!.text).cost().layers, 1);
  await Deno.writeTextFile(path, "structure,accuracy\nx,high\n");
  await assert.rejects(loadBenchmark({ benchmark: path }), /row 1: expected rows with structure and a number/);
  await Deno.writeTextFile(path, "structure,accuracy\nSuperConvK3BNRELU(3,8,1,1),91.5\n");
  await assert.rejects(loadBenchmark({ benchmark: path }), (error: unknown) => {
    assert.ok(error instanceof ConfigError && error.cause instanceof SyntaxError);
    assert.match(error.message, /mine\.csv.*\n.*expected comma-separated values, got .* line 2$/s);
    return true;
  });
});

Deno.test("a benchmark needs its data, and a name that there is", async () => {
  await assert.rejects(loadBenchmark({ benchmark: "nasbench201" }), /data: expected the data file of nasbench201/);
  await assert.rejects(loadBenchmark({ benchmark: "nasbench301", data: "x" }), ConfigError);
});

Deno.test("a table keeps scores, and refuses those of other settings", () => {
  using folder = new TemporaryDirectory();
  const path = `${folder.path}/scores.sqlite`;
  const row = { network: "n", proxy: "zen", seed: 1, value: 2.5, parts: { a: 1 }, seconds: 0.1, error: null };
  const failed = { ...row, seed: 2, value: null, parts: {}, error: "the score is not finite" };
  {
    using table = new ScoreTable(path, { batch: 8 });
    table.add(row);
    table.add(failed);
  }
  using table = new ScoreTable(path, { batch: 8 });
  assert.deepEqual(table.rows("zen"), [row, failed]);
  assert.deepEqual([table.has(row), table.has({ ...row, seed: 3 })], [true, false]);
  assert.throws(() => new ScoreTable(path, { batch: 16 }), ConfigError);
});
