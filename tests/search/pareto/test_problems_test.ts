/** NSGA-II's population on problems whose fronts are known. */
import assert from "node:assert/strict";
import { hypervolume, nonDominated } from "@zennas/zennas";
import { rowsToRun } from "../../scale.ts";
import { problems, solve } from "./test_problems.ts";

/** How many points are kept and tried, and the least share of the true front's hypervolume in what is kept and in all. */
const cases = [
  { name: "ZDT1", kind: "2", run: { size: 60, evaluations: 6_000, seed: 1 }, kept: 0.97, tried: 0.98 },
  { name: "ZDT2", kind: "2", run: { size: 60, evaluations: 8_000, seed: 1 }, kept: 0.97, tried: 0.99 },
  { name: "ZDT3", kind: "2", run: { size: 100, evaluations: 20_000, seed: 2 }, kept: 0.98, tried: 0.99 },
  { name: "DTLZ2", kind: "3", run: { size: 60, evaluations: 4_000, seed: 1 }, kept: 0.8, tried: 0.94 },
];

const { rows, share } = rowsToRun(cases, ({ kind }) => [kind]);

Deno.test(`fronts of test problems have nearly the hypervolume of the true ones, ${share}`, () => {
  for (const { name, run, kept, tried } of rows) {
    const { objectives, variables, best } = problems[name]!, found = solve(problems[name]!, run);
    const reference = objectives(new Array(variables).fill(0)).map(() => 1.1);
    const shareOf = (points: readonly (readonly number[])[]) =>
      hypervolume(nonDominated(points.map((objectives) => ({ objectives }))).map((one) => one.objectives), reference) /
      best;
    assert.ok(shareOf(found.left) >= kept && shareOf(found.left) <= 1, `${name}: ${shareOf(found.left)} kept`);
    assert.ok(shareOf(found.tried) >= tried && shareOf(found.tried) <= 1, `${name}: ${shareOf(found.tried)} tried`);
  }
});
