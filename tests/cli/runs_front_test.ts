/** `zen runs front`: table, CSV, JSON and picture of a small search. */
import assert from "node:assert/strict";
import { parseCsv } from "@zennas/zennas";
import { frontPlot } from "../../cli/search/front_plot.ts";
import { openRunForReading, runFront } from "@zennas/zennas";
import { TemporaryDirectory } from "../io/run_case.ts";
import { zen, zenJson } from "./zen.ts";

Deno.test("a search with several objectives prints its front, and runs front shows it", async () => {
  using temporary = new TemporaryDirectory();
  const root = temporary.path, front = ["runs", "front", "run", "--root", root];
  const search = [
    "search",
    "--preset",
    "params-cifar-params1M",
    "--objectives",
    "score,-flops",
    "--max-proposals",
    "40",
  ];
  const done = (await zenJson([...search, "--out", `${root}/run`])).at(-1);
  const [shown] = await zenJson([...front, "--hypervolume"]);
  const structures = (list: readonly { readonly structure: string }[]) => list.map(({ structure }) => structure);
  assert.ok(done.front.length > 2);
  assert.deepEqual(structures(shown.front).sort(), structures(done.front).sort());
  assert.deepEqual(Object.keys(shown.front[0].objectives), ["score", "flops"]);
  const scores = shown.front.map((one: { objectives: { score: number } }) => one.objectives.score);
  assert.deepEqual(scores, scores.toSorted((a: number, b: number) => b - a));
  assert.deepEqual(Object.keys(shown.reference), ["score", "flops"]);
  assert.ok(shown.hypervolume.at(-1).hypervolume > shown.hypervolume[0].hypervolume);
  const rows = parseCsv((await zen([...front, "--csv"])).stdout);
  assert.deepEqual(rows.map(({ structure }) => structure), structures(shown.front));
  assert.deepEqual(rows.map(({ score }) => Number(score)), scores);
  const { stdout } = await zen([...front, "--hypervolume", "--reference", "0,1e9"]);
  assert.match(
    stdout,
    /^hypervolume up to score 0, flops 1,000,000,000\nproposal +scored +seconds +front +hypervolume\n/,
  );
  assert.equal((await zen([...front, "--csv", "--json"])).code, 2);
  using run = openRunForReading(`${root}/run`);
  const svg = await frontPlot(runFront(run), { id: "run", hypervolume: true });
  for (const text of ["flops (low is better)", "score (high is better)", "hypervolume", "front", "candidate"]) {
    assert.ok(svg.includes(`>${text}</text>`), text);
  }
  assert.match(
    svg,
    new RegExp(`>${done.front.length} of ${shown.hypervolume.length ? done.evaluations : 0} candidates are in`),
  );
  assert.ok(
    !svg.includes("NaN") &&
      !(await frontPlot(runFront(run), { id: "run", hypervolume: false })).includes("hypervolume"),
  );
  const refused = await zen([...search, "--out", `${root}/other`, "--objectives", "score,-params@x"].toSpliced(3, 2));
  assert.deepEqual([
    refused.code,
    refused.stderr.includes("objectives.1: expected one of latency before an @, got params@x"),
  ], [2, true]);
  assert.throws(() => Deno.statSync(`${root}/other`));
});
