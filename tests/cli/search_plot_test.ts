import assert from "node:assert/strict";
import sharp from "sharp";
import { createRun, openRunForReading, type Proposal, type RecordedStanding, type SearchConfig } from "@zennas/zennas";
import { colours, svgOf } from "../../serve/charts/plot.ts";
import { courseOf } from "../../cli/search/course.ts";
import { searchPlot } from "../../cli/search/plot.ts";
import { smallConfig, TemporaryDirectory } from "../io/run_case.ts";

/** What `use` makes of a run with these proposals. */
function withRun<T>(
  proposals: Iterable<Proposal>,
  use: (run: ReturnType<typeof openRunForReading>) => T,
  { config = smallConfig(), standing }: { config?: SearchConfig; standing?: RecordedStanding } = {},
): T {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/a<b>&c`;
  {
    using store = createRun(directory, config);
    for (const proposal of proposals) store.append(proposal, standing);
  }
  using run = openRunForReading(directory);
  return use(run);
}

const structure = "SuperConvK3BNRELU(3,8,1,1)";
const scored = (index: number, score: number): Proposal => ({ index, structure, verdict: "scored", score });
const rejected = (index: number): Proposal => ({
  ...{ index, structure, verdict: "over-budget" },
  ...{ budget: "params", value: 3, limit: 2 },
});

/** A long search: every third proposal is over a budget, and scores rise towards 100. */
function* long(count: number): Generator<Proposal> {
  for (let index = 0; index < count; index++) {
    yield index % 3 === 0 ? rejected(index) : scored(index, 100 * (1 - Math.exp(-index / count)) - index % 7);
  }
}

Deno.test("the course of a search has the best so far, the population's median and lowest, and shares of verdicts", () => {
  const scores = [3, 1, 5, 2, 4];
  const proposals = [rejected(0), ...scores.map((score, index) => scored(index + 1, score))];
  withRun(proposals, (run) => {
    const course = courseOf(run);
    assert.deepEqual(course.dots, scores.map((score, index) => [index + 1, score]));
    assert.deepEqual(course.best, [[1, 3], [2, 3], [3, 5], [4, 5], [5, 5]]);
    // A population of three: 3 | 3 1 | 5 3 1 | 5 3 2 | 5 4 3.
    assert.deepEqual(course.median, [[1, 3], [2, 1], [3, 3], [4, 3], [5, 4]]);
    assert.deepEqual(course.lowest, [[1, 3], [2, 1], [3, 1], [4, 2], [5, 3]]);
    assert.deepEqual(course.bins.map((bin) => [bin["over-budget"], bin.scored]), [[1, 0], ...scores.map(() => [0, 1])]);
  }, { config: smallConfig({ population: 3 }) });
});

Deno.test("a search of 100,000 proposals is drawn with no more points than one of a thousand, and ends where it ends", async () => {
  await withRun(long(100_000), async (run) => {
    const course = courseOf(run);
    assert.ok(course.dots.length <= 600 && course.dots.length > 300, `${course.dots.length} dots`);
    assert.ok(course.best.length <= 302 && course.bins.length <= 60);
    assert.deepEqual(course.best.at(-1), [99_999, run.summary().best!.score]);
    assert.equal(course.bins.reduce((sum, bin) => sum + bin["over-budget"], 0), run.summary().counts["over-budget"]);
    const svg = await searchPlot(run);
    assert.ok(svg.length < 300_000, `${svg.length} bytes`);
    assert.match(svg, /one candidate in 112 is drawn/);
  });
});

Deno.test("a search that goes on while it is read is drawn as far as its summary goes", () => {
  withRun(long(9), (run) => {
    const earlier = { ...run.summary(), proposals: 5, counts: { ...run.summary().counts, scored: 3 } };
    const course = courseOf({ summary: () => earlier, proposals: () => run.proposals() });
    assert.deepEqual([course.dots.map(([index]) => index), course.best.at(-1)![0], course.bins.length], [
      [1, 2, 4],
      4,
      5,
    ]);
  });
});

Deno.test("the picture names the run, what is on the axes, and each verdict that occurred, and no other", async () => {
  const svg = await withRun(long(10), searchPlot);
  for (
    const text of ["a&lt;b&gt;&amp;c", "score (params)", "proposals (%)", "proposal", "over budget", "best so far"]
  ) {
    assert.ok(svg.includes(`>${text}</text>`), text);
  }
  assert.match(svg, /10 proposals in .* 6 scored .* seed 1/);
  for (const text of [">failed<", ">screened out<", "is drawn", "below the axis", "ranks"]) {
    assert.ok(!svg.includes(text), text);
  }
  assert.match(svg, /^<svg [^>]*role="img"><title>Search a&#60;b&#62;&#38;c: /);
});

Deno.test("scores far below the others are left out and counted; where scores are ranks, dots alone are drawn", async () => {
  const outlier = await withRun([scored(0, -1e9), ...[...long(60)].slice(1)], searchPlot);
  assert.match(outlier, />below the axis: 1</);
  assert.ok(!outlier.includes(">-1B<"));
  const ranked = await withRun(long(60), searchPlot, { standing: { best: undefined, members: [] } });
  assert.match(
    ranked,
    />scores are ranks in the population that each candidate entered: they do not compare over time</,
  );
  assert.ok(!ranked.includes("best so far") && ranked.includes(">candidate<"));
});

Deno.test("runs without proposals, with one, and with equal scores can be drawn", async () => {
  for (const proposals of [[], [rejected(0)], [scored(0, 5)], [scored(0, -2e-9), scored(1, -2e-9)]]) {
    const svg = await withRun(proposals, searchPlot);
    assert.ok(!svg.includes("NaN") && !svg.includes("Infinity") && !svg.includes("undefined"));
    assert.match(svg, /<\/svg>$/);
  }
});

/** The red, green and blue of the pixel in the corner. */
async function corner(svg: string): Promise<string> {
  const { data } = await sharp(new TextEncoder().encode(svg)).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  return `#${[...data.subarray(0, 3)].map((value) => value.toString(16).padStart(2, "0")).join("")}`;
}

Deno.test("every colour of a picture has a dark twin, and the rules for a dark page win over attributes", async () => {
  const svg = await withRun(long(100), searchPlot);
  // What clips, and strokes without a width, are not seen.
  const body = svg.replace(/<style>.*?<\/style>|<clipPath.*?<\/clipPath>|stroke="[^"]*" stroke-width="0"/gs, "");
  assert.equal(await corner(svg), colours.page.light);
  const rules = /@media \(prefers-color-scheme:dark\)\{(.*)\}<\/style>/s.exec(svg)![1]!;
  for (const [, used] of body.matchAll(/(?:fill|stroke)="(#\w+)"/g)) {
    assert.ok(rules.includes(`[fill="${used}"]{fill:#`) && rules.includes(`[stroke="${used}"]{stroke:#`), `${used}`);
  }
  assert.ok(!/style="[^"]*(?:fill|stroke):/.test(body), "a colour in a style attribute would not change");
  assert.equal(await corner(svg.replace(/@media [^{]*\{(.*)\}<\/style>/s, "$1</style>")), colours.page.dark);
  const lights = Object.values(colours).map(({ light }) => light);
  assert.equal(new Set(lights).size, lights.length, "two colours share their light twin");
  assert.match(await svgOf({}, { width: 10, height: 10, title: "t" }), /<title>t<\/title>/);
});
