import assert from "node:assert/strict";
import {
  countLayers,
  parseConfig,
  parseStructure,
  type Proposal,
  type Scorer,
  type Screen,
  SCREEN_WINDOW,
  Screening,
  screensOf,
  UnknownProxyError,
} from "@zennas/zennas";
import { journalOf, params, smallSearch } from "./search_case.ts";

const byLayers: Screen = { name: "layers", share: 0.3, measure: countLayers };

/** Scores by parameters after a while that differs from candidate to candidate. */
const slow: Scorer = async (structure, { index }) => {
  for (let turn = 0; turn < (index * 7) % 5; turn++) await Promise.resolve();
  return params(structure);
};

Deno.test("a screen keeps back what is not among its share of the latest candidates", () => {
  const screening = new Screening([byLayers]);
  const structures = Array.from(
    { length: 200 },
    (_, index) => parseStructure(`SuperConvK3BNRELU(3,8,1,${1 + index * 37 % 101})`),
  );
  const seen: number[] = [];
  for (const structure of structures) {
    const value = countLayers(structure), dropped = screening.dropped(structure);
    seen.push(value);
    const latest = seen.slice(-SCREEN_WINDOW), higher = latest.filter((other) => other > value).length;
    assert.equal(dropped === undefined, higher < Math.ceil(0.3 * latest.length));
    if (dropped) assert.ok(dropped.value === value && dropped.bar > value && dropped.screen === "layers");
  }
});

Deno.test("a share outside 0 … 1 is refused", () => {
  for (const share of [0, -1, 1.5, NaN]) assert.throws(() => new Screening([{ ...byLayers, share }]), RangeError);
});

Deno.test("a search with a cascade scores the share that goes on, and journals the rest with values", async () => {
  const scored: string[] = [];
  const score: Scorer = (structure, { structure: text }) => {
    scored.push(text);
    return Promise.resolve(params(structure));
  };
  const { journal, outcome } = await journalOf(smallSearch({ screens: [byLayers], score }));
  const { counts } = outcome, passed = counts.scored + counts.failed;
  assert.equal(scored.length, passed);
  assert.equal(outcome.evaluations, passed);
  // Layers have few values, and what ties with the bar goes on.
  assert.ok(counts["screened-out"] > passed / 2, JSON.stringify(counts));
  for (const proposal of journal) {
    if (proposal.verdict !== "screened-out") continue;
    assert.equal(proposal.value, countLayers(parseStructure(proposal.structure)));
    assert.ok(proposal.value < proposal.bar);
  }
});

Deno.test("a cascade is the same whatever the scorer's timing, and continues from any length of its journal", async () => {
  const cascades = [[byLayers], [byLayers, { name: "params", share: 0.6, measure: params }]];
  for (const screens of cascades) {
    const whole = await journalOf(smallSearch({ screens }));
    assert.deepEqual((await journalOf(smallSearch({ screens, score: slow }))).journal, whole.journal);
    for (const length of [0, 1, 40, 133, 299]) {
      const known = whole.journal.slice(0, length);
      const rest = await journalOf(smallSearch({ screens, journal: known, score: slow }));
      assert.deepEqual([...known, ...rest.journal], whole.journal, `from ${length}`);
      assert.deepEqual(rest.outcome, whole.outcome);
    }
  }
});

Deno.test("a configuration's cascade is free proxies by name; another kind is refused", () => {
  const base = {
    proxy: "zen",
    space: "XXBL",
    initialStructure: "SuperConvK3BNRELU(3,8,1,1)",
    resolution: 32,
    classes: 10,
  };
  const [screen] = screensOf(parseConfig({ ...base, cascade: [{ proxy: "mae-det", share: 0.2 }] }));
  assert.deepEqual([screen!.name, screen!.share], ["mae-det", 0.2]);
  assert.ok(
    screen!.measure(parseStructure("SuperConvK3BNRELU(3,8,1,2)")) >
      screen!.measure(parseStructure("SuperConvK3BNRELU(3,8,1,1)")),
  );
  assert.throws(
    () => screensOf(parseConfig({ ...base, cascade: [{ proxy: "naswot", share: 0.2 }] })),
    UnknownProxyError,
  );
  assert.throws(() => parseConfig({ ...base, cascade: [{ proxy: "params", share: 2 }] }), /a share of at most 1/);
});

/** Parts that pull in two directions. */
const ranked: Scorer = (structure) =>
  Promise.resolve({ score: 0, parts: { size: params(structure), shallow: -countLayers(structure) } });
const ranking = {
  parts: ["size", "shallow"],
  combine: (ranks: readonly number[], size: number) => ranks.reduce((sum, rank) => sum + Math.log(rank / size), 0),
};

Deno.test("scores by rank are made in the population, whose order the search breeds from", async () => {
  const { journal, outcome } = await journalOf(smallSearch({ score: ranked, ranking }));
  assert.equal(outcome.population.length, 24);
  assert.deepEqual(outcome.best, outcome.population[0]);
  const scores = outcome.population.map(({ score }) => score);
  assert.deepEqual(scores, scores.toSorted((a, b) => b - a));
  assert.ok(new Set(scores).size > 5);
  const parts = journal.flatMap((proposal: Proposal) => proposal.verdict === "scored" ? [proposal.parts] : []);
  assert.ok(parts.every((own) => own!.size! > 0 && own!.shallow! < 0));
});

Deno.test("a search by rank is the same whatever the timing, and continues from any length of its journal", async () => {
  const whole = await journalOf(smallSearch({ score: ranked, ranking }));
  const late: Scorer = async (structure, candidate) => (await slow(structure, candidate), ranked(structure, candidate));
  for (const length of [0, 7, 100, 299]) {
    const known = whole.journal.slice(0, length);
    const rest = await journalOf(smallSearch({ score: late, ranking, journal: known }));
    assert.deepEqual([...known, ...rest.journal], whole.journal, `from ${length}`);
    assert.deepEqual(rest.outcome, whole.outcome);
  }
});
