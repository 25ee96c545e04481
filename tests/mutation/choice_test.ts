import assert from "node:assert/strict";
import { hasTests, isAffordable, orderTests, timeLimitMs } from "./choice.ts";
import { type Measurement, testsOfLine } from "./coverage.ts";
import { coveredLines } from "./lcov.ts";
import { firstFailure } from "./test_run.ts";

const pathsOf = (tests: readonly { readonly path: string }[]): string[] => tests.map(({ path }) => path);

Deno.test("test files and files with examples have tests", () => {
  assert.ok(hasTests("tests/core/a_test.ts", ""));
  assert.ok(hasTests("core/a.ts", "/**\n * ```ts\n * f();\n * ```\n */"));
  assert.ok(hasTests("README.md", "```ts\nf();\n```"));
  assert.ok(!hasTests("core/a.ts", "/**\n * ```ts ignore\n * f();\n * ```\n */"));
  assert.ok(!hasTests("core/latest.ts", "f();"));
  assert.ok(!hasTests("README.md", "```sh\nls\n```"));
});

Deno.test("near tests run before cheaper ones elsewhere, unless those are far cheaper", () => {
  const near = "tests/search/space_test.ts", folder = "tests/search/race_test.ts", far = "tests/cli/a_test.ts";
  const order = (ms: Readonly<Record<string, number>>): string[] =>
    pathsOf(orderTests("core/search/space.ts", Object.entries(ms).map(([path, ms]) => ({ path, ms, linesRun: 1 }))));
  assert.deepEqual(order({ [far]: 1000, [folder]: 1500, [near]: 2000 }), [near, folder, far]);
  assert.deepEqual(order({ [near]: 20_000, [folder]: 1500, [far]: 100 }), [far, folder, near]);
});

Deno.test("tests that run much of the file run before those that only load it", () => {
  const uses = { path: "tests/z_test.ts", ms: 2000, linesRun: 50 },
    loads = { path: "tests/a_test.ts", ms: 500, linesRun: 5 };
  assert.deepEqual(pathsOf(orderTests("core/search/space.ts", [loads, uses])), [uses.path, loads.path]);
});

Deno.test("examples run last, but those of the file itself", () => {
  const test = { path: "tests/cli/a_test.ts", ms: 1000, linesRun: 1 };
  const own = { path: "core/search/space.ts", ms: 1000, linesRun: 1 }, other = { ...own, path: "core/graph.ts" };
  assert.deepEqual(pathsOf(orderTests(own.path, [other, test, own])), [own.path, test.path, other.path]);
});

Deno.test("a test hangs after four times its usual time, and not before ten seconds", () => {
  assert.equal(timeLimitMs({ path: "a", ms: 100 }), 10_000);
  assert.equal(timeLimitMs({ path: "a", ms: 3000 }), 12_000);
});

Deno.test("a test starts where it fits the budget, the first one always", () => {
  const test = { path: "a", ms: 100 };
  assert.ok(isAffordable(test, { ms: 0, budgetMs: 50 }));
  assert.ok(isAffordable(test, { ms: 1, budgetMs: 101 }));
  assert.ok(!isAffordable(test, { ms: 2, budgetMs: 101 }));
});

Deno.test("a report of coverage says which lines of the copy ran", () => {
  const report = [
    "SF:/tmp/tree/core/a.ts",
    "DA:1,1",
    "DA:2,3",
    "DA:3,0",
    "DA:5,1",
    "DA:7,1",
    "DA:8,1",
    "end_of_record",
  ];
  const partly = ["BRDA:3,1,0,0", "BRDA:3,1,1,1"];
  assert.deepEqual(coveredLines([report[0], ...partly, ...report.slice(1)].join("\n"), "/tmp/tree").get("core/a.ts"), [
    [1, 3],
    [5, 5],
    [7, 8],
  ]);
  const elsewhere = ["SF:/tmp/tree2/core/b.ts", "DA:1,1", "end_of_record"];
  const lines = coveredLines([...report, ...elsewhere].join("\n"), "/tmp/tree");
  assert.deepEqual(lines, new Map([["core/a.ts", [[1, 2], [5, 5], [7, 8]]]]));
});

Deno.test("tests of a line are those that pass and run it", () => {
  const loaded = { "core/a.ts": { hash: "", lines: [[1, 2], [5, 5]] } } as const;
  const measurement: Measurement = { path: "tests/a_test.ts", ms: 1, loaded };
  const tests = (line: number, path = "core/a.ts") => pathsOf(testsOfLine([measurement], { path, line }));
  assert.deepEqual([1, 2, 3, 5].map((line) => tests(line).length), [1, 1, 0, 1]);
  assert.equal(testsOfLine([measurement], { path: "core/a.ts", line: 1 })[0]?.linesRun, 3);
  assert.deepEqual(tests(1, "core/b.ts"), []);
  assert.deepEqual(testsOfLine([{ ...measurement, problem: "f" }], { path: "core/a.ts", line: 1 }), []);
});

Deno.test("a failed test is named as its author wrote it, an example by its file", () => {
  const report = (name: string) =>
    `<testcase name="a" time="0">\n</testcase><testcase name="${name}">\n<failure message="">`;
  assert.equal(firstFailure(report("Student&apos;s &amp;lt; b"), "/tmp/tree"), "Student's &lt; b");
  assert.equal(firstFailure(report("file:///tmp/tree/core/a.ts#1-3.ts"), "/tmp/tree"), "core/a.ts#1-3.ts");
  assert.equal(firstFailure('<testcase name="a" time="0">\n</testcase>', "/tmp/tree"), undefined);
});
