import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { chooseProxies, ConfigError, loadBenchmark, parseCsv, ScoreTable } from "@zennas/zennas";
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

Deno.test("a table keeps scores, and tells those of other origins apart", () => {
  using folder = new TemporaryDirectory();
  const path = `${folder.path}/scores.sqlite`;
  const row = { network: "n", proxy: "zen", seed: 1, value: 2.5, parts: { a: 1 }, seconds: 0.1, error: null };
  const failed = { ...row, seed: 2, value: null, parts: {}, error: "the score is not finite" };
  {
    using table = new ScoreTable(path, () => ({ batch: 8 }));
    table.add(row);
    table.add(failed);
  }
  {
    using other = new ScoreTable(path, () => ({ batch: 16 }));
    assert.deepEqual([other.has(row), other.rows("zen")], [false, []]);
    other.add({ ...row, value: 3 });
  }
  using table = new ScoreTable(path, () => ({ batch: 8 }));
  assert.deepEqual(table.rows("zen"), [row, failed]);
  assert.deepEqual([table.has(row), table.has({ ...row, seed: 3 })], [true, false]);
});

Deno.test("a table of an earlier version, which does not say how its scores were made, is refused", () => {
  using folder = new TemporaryDirectory();
  const path = `${folder.path}/scores.sqlite`;
  {
    using database = new DatabaseSync(path);
    database.exec("CREATE TABLE scores (network TEXT, proxy TEXT, seed INTEGER, value REAL)");
  }
  assert.throws(() => new ScoreTable(path, () => ({})), (error: unknown) => {
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, /another folder by --out.*got scores of an earlier version/);
    return true;
  });
});

Deno.test("a module's hash changes with what it imports", async () => {
  using folder = new TemporaryDirectory();
  const path = `${folder.path}/mine.ts`, inner = `${folder.path}/inner.ts`;
  const text = `import { factor } from "./inner.ts";
    export const proxy = { name: "zen", variants: ["plain"], inputs: {}, score: () => ({ value: factor }) };`;
  const source = async () => (await chooseProxies(path))[0]!.source;
  await Deno.writeTextFile(inner, 'export { factor } from "./factor.ts";');
  await Deno.writeTextFile(`${folder.path}/factor.ts`, "export const factor = 1;");
  await Deno.writeTextFile(path, text);
  const first = await source();
  assert.match(String(first), /^[0-9a-f]{64}$/);
  assert.equal(await source(), first);
  await Deno.writeTextFile(`${folder.path}/factor.ts`, "export const factor = 2;");
  const second = await source();
  await Deno.writeTextFile(path, `${text}\n`);
  assert.equal(new Set([first, second, await source()]).size, 3);
  assert.equal((await chooseProxies("zen"))[0]!.source, undefined);
  await assert.rejects(chooseProxies(`zen,${path}`), /a name of its own for each proxy, got zen twice/);
});
