import assert from "node:assert/strict";
import { type Backend, parseStructure, type Proposal, type Scorer, structureDesign, zen } from "@zennas/zennas";
import { openCpu, openWebGpu } from "../../kernels/mod.ts";
import scores from "../fixtures/zen_scores.json" with { type: "json" };
import { kindsOfNetwork, rowsToRun } from "../scale.ts";
import { journalOf, params, smallSearch } from "../search/search_case.ts";
import { webGpuTest } from "./webgpu.ts";

const settings = { gamma: 0.01, draw: 0, weights: "unit", labels: "modulo" } as const;

const { rows, share } = rowsToRun(scores, kindsOfNetwork);

webGpuTest(`Zen-scores of both variants are the published code's, within 1e-4 (${share})`, async () => {
  await using backend = await openWebGpu();
  const check = async (row: typeof scores[number]): Promise<void> => {
    const { resolution, num_classes: classes, use_se: squeezeExcite, batch } = row;
    const form = { resolution, classes, squeezeExcite, residualLinks: false };
    const design = structureDesign(parseStructure(row.structure), form);
    for (const [variant, expected] of [["reference", row.zen], ["paper", row.zen_batch_variance]] as const) {
      const options = { ...settings, batch, seed: 0, fill: "reference", variant } as const;
      const { value } = await zen.score(design, options, backend);
      assert.ok(Math.abs(value / expected - 1) < 1e-4, `${variant} of ${row.structure}: ${value}, not ${expected}`);
    }
  };
  await Promise.all(rows.map(check));
});

/** Scores closer than this, relative, may be ordered either way by two backends. */
const TOLERANCE = 1e-5;

/** Small enough for a software driver, large enough that no batch norm sees a handful of values. */
const initial = parseStructure("SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,2,8,1)SuperConvK1BNRELU(16,32,1,1)");

/** Zen-score of a batch of two. */
function zenScorer(backend: Backend): Scorer {
  const form = { resolution: 8, classes: 100, squeezeExcite: false, residualLinks: false };
  return async (structure) => {
    const options = { ...settings, batch: 2, seed: 3, fill: "gaussian", variant: "reference" } as const;
    return (await zen.score(structureDesign(structure, form), options, backend)).value;
  };
}

/** A search's journal; `scored` is told how many candidates have their score. */
async function search(backend: Backend, scored: (count: number) => void = () => {}): Promise<Proposal[]> {
  const score = zenScorer(backend);
  let count = 0;
  const counting: Scorer = async (structure, candidate) => {
    const value = await score(structure, candidate);
    scored(++count);
    return value;
  };
  const budgets = [{ name: "params", limit: 25_000, measure: params }];
  return [
    ...(await journalOf(smallSearch({ score: counting, initial: [initial], budgets, maxProposals: 120 }))).journal,
  ];
}

const scoreOf = (proposal: Proposal): number => proposal.verdict === "scored" ? proposal.score : NaN;

/** Pairs of scored candidates whose scores are too close for two backends to agree on their order. */
function nearTies(journal: readonly Proposal[]): number {
  const sorted = journal.map(scoreOf).filter(Number.isFinite).toSorted((a, b) => a - b);
  return sorted.slice(1).filter((score, index) => score - sorted[index]! <= TOLERANCE * Math.abs(score)).length;
}

webGpuTest("a seed gives the same search on both backends, and on a device that is lost on the way", async (t) => {
  await using cpu = await openCpu();
  const expected = await search(cpu);
  const scored = expected.filter(({ verdict }) => verdict === "scored").length;
  assert.ok(scored > 20, `${scored}`);
  let journal: Proposal[] = [];
  await t.step("decisions agree, except after scores that are too close to tell apart", async () => {
    await using backend = await openWebGpu();
    journal = await search(backend);
    const differing = journal.findIndex(({ structure, verdict }, index) =>
      structure !== expected[index]!.structure || verdict !== expected[index]!.verdict
    );
    const agreed = differing < 0 ? journal.length : differing, ties = nearTies(expected.slice(0, agreed));
    assert.ok(agreed === journal.length || ties > 0, `proposal ${differing} differs without a near tie`);
    journal.slice(0, agreed).forEach((proposal, index) => {
      const value = scoreOf(proposal), beside = scoreOf(expected[index]!);
      assert.ok(Object.is(value, beside) || Math.abs(value / beside - 1) < TOLERANCE, `${value}, not ${beside}`);
    });
  });
  await t.step("a lost device changes no bit", async () => {
    await using backend = await openWebGpu();
    assert.deepEqual(await search(backend, (count) => count === 12 && backend.loseDevice()), journal);
    assert.equal((await backend.usage()).openings, 2);
  });
});
