/** Fronts of runs, and runs of searches with several objectives. */
import assert from "node:assert/strict";
import {
  checkScores,
  ConfigError,
  countLayers,
  createRun,
  dominates,
  hypervolume,
  openRunForReading,
  openRunForWriting,
  parseStructure,
  type Proposal,
  referenceCost,
  RunChangedError,
  runFront,
  runSearch,
  type RunStore,
  type Scorer,
  type SearchConfig,
} from "@zennas/zennas";
import { journalIn, smallConfig, TemporaryDirectory } from "./run_case.ts";

const depth: Scorer = (structure) => Promise.resolve(countLayers(structure));
const several = { objectives: ["score", "-params", "-flops"], crossover: 0.3, costs: "reference", maxProposals: 150 };

/** A run of a search with these settings, from its start or from where a journal is cut. */
async function searched(directory: string, config: SearchConfig, known: readonly Proposal[] = []): Promise<void> {
  const begin = (): RunStore => {
    using store = createRun(directory, config);
    for (const proposal of known) store.append(proposal);
    return store;
  };
  begin();
  using store = openRunForWriting(directory, { config });
  await runSearch({ store, score: depth });
}

/** Points of a journal by score, and by the reference's parameters and multiply-adds. */
function pointsOf(
  journal: readonly Proposal[],
): readonly { readonly index: number; readonly point: readonly number[] }[] {
  return journal.flatMap((proposal) => {
    if (proposal.verdict !== "scored") return [];
    const { parameters, macs } = referenceCost(parseStructure(proposal.structure), { classes: 100, resolution: 32 });
    return [{ index: proposal.index, point: [-proposal.score, parameters, macs] }];
  });
}

Deno.test("the front of a run is that of all its candidates, in report.json too, and its hypervolume grows to that of the front", async () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`;
  await searched(directory, smallConfig(several));
  using run = openRunForReading(directory);
  const points = pointsOf(journalIn(directory)), found = runFront(run);
  const best = points.filter(({ point }) => !points.some((other) => dominates(other.point, point)));
  assert.deepEqual(found.front.map(({ index }) => index), best.map(({ index }) => index));
  assert.ok(found.front.length > 3 && found.candidates.length === points.length);
  assert.deepEqual(JSON.parse(Deno.readTextFileSync(`${directory}/report.json`)).front, found.front);
  const worst = [0, 1, 2].map((place) => Math.max(...points.map(({ point }) => point[place]!)));
  assert.deepEqual(found.reference, { score: -worst[0]!, params: worst[1], flops: worst[2] });
  const course = found.course(), volumes = course.map((step) => step.hypervolume);
  assert.equal(volumes.at(-1), hypervolume(best.map(({ point }) => point), worst));
  assert.deepEqual(volumes, volumes.toSorted((a, b) => a - b));
  assert.deepEqual([course[0]!.evaluations, course[0]!.front, course.at(-1)!.front], [1, 1, best.length]);
  const fixed = runFront(run, { reference: [0, 300_000, 1e8] });
  assert.deepEqual(fixed.reference, { score: 0, params: 300_000, flops: 1e8 });
  assert.equal(fixed.course().at(-1)!.hypervolume, hypervolume(best.map(({ point }) => point), [0, 300_000, 1e8]));
});

Deno.test("a run with several objectives continues from where it was cut to the same journal and report", async () => {
  using temporary = new TemporaryDirectory();
  const config = smallConfig(several), whole = `${temporary.path}/whole`;
  await searched(whole, config);
  const journal = journalIn(whole), report = (path: string) => JSON.parse(Deno.readTextFileSync(`${path}/report.json`));
  for (const length of [1, 52, 149]) {
    const cut = `${temporary.path}/cut${length}`;
    await searched(cut, config, journal.slice(0, length));
    assert.deepEqual(journalIn(cut), journal);
    assert.deepEqual({ ...report(cut), run: "" }, { ...report(whole), run: "" });
  }
  await searched(`${temporary.path}/uncrossed`, smallConfig({ ...several, crossover: undefined }));
  assert.notDeepEqual(journalIn(`${temporary.path}/uncrossed`), journal);
  for (const other of [{ objectives: ["score", "-params"] }, { crossover: 0.4 }, { crossover: undefined }]) {
    const changed = smallConfig({ ...several, ...other });
    assert.throws(() => openRunForWriting(whole, { config: changed }), ConfigError, JSON.stringify(other));
  }
});

Deno.test("a resume notices another score, beside costs in the journal, and scores of proxies beside", async () => {
  using temporary = new TemporaryDirectory();
  const config = smallConfig({ ...several, objectives: ["score", "depth", "-params"], maxProposals: 8 });
  const score: Scorer = (structure) => Promise.resolve({ score: 7, parts: { depth: countLayers(structure) } });
  using store = createRun(`${temporary.path}/run`, config);
  await runSearch({ store, score });
  await checkScores(store, score, { acceptChange: false });
  const others: readonly Scorer[] = [
    (structure) => Promise.resolve({ score: 8, parts: { depth: countLayers(structure) } }),
    () => Promise.resolve({ score: 7, parts: { depth: 1 } }),
  ];
  for (const other of others) await assert.rejects(checkScores(store, other, { acceptChange: false }), RunChangedError);
});

Deno.test("a run of one objective has a front too, by costs that are counted; a run of ranks by its parts", () => {
  using temporary = new TemporaryDirectory();
  const structure = (layers: number) => `SuperConvK3BNRELU(3,8,1,${layers})`;
  const made = (name: string, ranked: boolean) => {
    const directory = `${temporary.path}/${name}`;
    using store = createRun(directory, smallConfig());
    for (const [index, score] of [2, 5, 3, 5].entries()) {
      const scored = {
        index,
        structure: structure(index + 1),
        verdict: "scored",
        score,
        parts: { zen: -score },
      } as const;
      store.append(scored, { best: undefined, ...(ranked && { members: [] }) });
    }
    return openRunForReading(directory);
  };
  using plain = made("plain", false), ranked = made("ranked", true);
  const indices = (run: typeof plain, objectives?: readonly string[]) =>
    runFront(run, { objectives }).front.map(({ index }) => index);
  assert.deepEqual(indices(plain), [0, 1]);
  assert.deepEqual(indices(plain, ["score", "layers"]), [3]);
  assert.deepEqual(indices(plain, ["zen", "-layers"]), [0]);
  assert.deepEqual(indices(ranked, ["zen", "-layers"]), [0]);
  assert.throws(() => runFront(ranked), /objectives: expected the proxies by name, as scores of this run are ranks/);
  assert.throws(
    () => runFront(plain, { objectives: ["score", "naswot"] }),
    /expected score, zen, or a cost .*got naswot/s,
  );
  assert.throws(() => runFront(plain, { objectives: ["score"] }), ConfigError);
  assert.throws(() => runFront(plain, { reference: [1] }), /reference: expected 2 numbers, got 1/);
});

Deno.test("candidates with blocks that are not known are counted, and a run without candidates has an empty front", () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`;
  {
    using store = createRun(directory, smallConfig());
    store.append({ index: 0, structure: "Unheard(3,8)", verdict: "scored", score: 1 });
  }
  using run = openRunForReading(directory);
  const { front, uncounted, reference, course } = runFront(run);
  assert.deepEqual([front, uncounted, reference, course()], [[], 1, undefined, []]);
});
