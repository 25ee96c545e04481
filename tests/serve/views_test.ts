/** What a page shows of a run, against what its store holds. */
import assert from "node:assert/strict";
import { openRunForReading, readTraining, runFront } from "@zennas/zennas";
import { courseOf, histogramOf, runView, searchView, trainingView } from "@zennas/zennas/serve";
import { TemporaryDirectory } from "../io/run_case.ts";
import { makeSearch, makeTraining } from "./run_cases.ts";

Deno.test("a search's view is what its journal says", () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`;
  makeSearch(directory, 137);
  const view = searchView(directory);
  using run = openRunForReading(directory);
  const journal = [...run.proposals()], summary = run.summary();
  const best: object[] = [];
  let highest = -Infinity, evaluations = 0;
  for (const one of journal) {
    if (one.verdict === "scored" || one.verdict === "failed") evaluations++;
    if (one.verdict !== "scored" || one.score <= highest) continue;
    highest = one.score;
    best.push({ proposal: one.index, evaluations, score: one.score });
  }
  assert.ok(best.length > 3);
  assert.deepEqual(view.course.best, best);
  assert.equal(view.evaluations, evaluations);
  assert.deepEqual([view.best, view.counts, view.running], [summary.best, summary.counts, false]);
  const scores = journal.flatMap((one) => one.verdict === "scored" ? [one.score] : []);
  assert.deepEqual(view.top.map(({ score }) => score), scores.toSorted((a, b) => b - a).slice(0, 50));
  assert.ok(view.top[0]!.costs!.parameters > 0 && view.top[0]!.costs!.layers > 0);
  for (const [place, bin] of view.course.bins.entries()) {
    const part = journal.slice(place * view.course.binSize, (place + 1) * view.course.binSize);
    for (const [name, count] of Object.entries(bin)) {
      assert.equal(count, part.filter(({ verdict }) => verdict === name).length, `${name} in bin ${place}`);
    }
  }
  const front = runFront(run);
  assert.deepEqual(view.front!.dots.map(({ proposal }) => proposal), front.candidates.map(({ index }) => index));
  assert.deepEqual(
    view.front!.front.map(({ x, y }) => [x, y]),
    front.front.map(({ objectives }) => [
      objectives.params,
      objectives.score,
    ]),
  );
  assert.equal(view.resume, `zen runs resume ${directory}`);
  assert.match(view.export!, /^zen export '.*' --resolution 32 --classes 100 -o best\.tflite$/);
});

Deno.test("of each stride of a long search, the line of the best has the highest point alone", () => {
  using temporary = new TemporaryDirectory();
  makeSearch(`${temporary.path}/run`, 3);
  using run = openRunForReading(`${temporary.path}/run`);
  const proposals = 5000, stride = 3, counts = { ...run.summary().counts, scored: proposals };
  const scores = Array.from({ length: proposals }, (_, index) => index + (index * 37 % 11));
  const outcomes = function* () {
    for (const [index, score] of scores.entries()) yield { index, verdict: "scored", score, timeMs: 0 } as const;
  };
  const course = courseOf({ outcomes }, { ...run.summary(), proposals, counts });
  assert.equal(course.stride, stride);
  const expected: [number, number][] = [];
  let highest = -Infinity;
  for (let first = 0; first < proposals; first += stride) {
    const part = scores.slice(first, first + stride), most = Math.max(...part);
    if (most > highest) expected.push([first + part.indexOf(most), most]);
    highest = Math.max(highest, most);
  }
  assert.deepEqual(course.best.map(({ proposal, score }) => [proposal, score]), expected);
  assert.ok(course.best.length <= 2000 && course.bins.length <= 64);
});

Deno.test("a histogram counts every score once, far lower ones below it", () => {
  const scores = Float64Array.from({ length: 500 }, (_, index) => (index * 31) % 97);
  const { from, width, counts, below } = histogramOf(scores)!;
  assert.deepEqual([from, below], [0, 0]);
  assert.deepEqual(
    counts,
    counts.map((_, bin) => scores.filter((score) => Math.min(39, Math.floor(score / width)) === bin).length),
  );
  assert.equal(histogramOf(Float64Array.of(-1e6, ...scores))!.below, 1);
  assert.deepEqual(histogramOf(Float64Array.of(2, 2, 2)), { from: 2, width: 0, counts: [3], below: 0 });
  assert.equal(histogramOf(new Float64Array()), null);
});

Deno.test("a training's view has every loss in the mean of a point, and its epochs", () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`;
  makeTraining(directory, 4100);
  const view = trainingView(directory), stored = readTraining(directory);
  assert.equal(view.stride, 3);
  assert.ok(view.losses.length <= 2000);
  assert.equal(view.losses.at(-1)!.step, 4100);
  const [a, b, c] = stored.steps.map(({ loss }) => loss);
  assert.equal(view.losses[0]!.loss, (a! + b! + c!) / 3);
  assert.deepEqual([view.epochs, view.best], [stored.epochs, stored.best]);
  assert.match(view.export, /^zen export cifar_resnet20 --resolution 32 --classes 10 --weights .*\/best\.pth -o /);
});

Deno.test("searches with ranks or several objectives have no line of the best; folders that are no runs say why", () => {
  using temporary = new TemporaryDirectory();
  makeSearch(`${temporary.path}/front`, 20, { objectives: ["score", "-layers"] });
  const view = searchView(`${temporary.path}/front`);
  assert.deepEqual([view.course.best, view.front!.axes], [[], ["-layers", "score"]]);
  Deno.mkdirSync(`${temporary.path}/text`);
  Deno.writeTextFileSync(`${temporary.path}/text/run.sqlite`, "notes");
  const damaged = runView(`${temporary.path}/text`);
  assert.ok(damaged.kind === "unreadable" && /damaged/.test(damaged.error));
});
