import assert from "node:assert/strict";
import {
  CandidateError,
  countLayers,
  parseConfig,
  parseStructure,
  type Proposal,
  type Scorer,
  type Screen,
  SCREEN_WINDOW,
  Screening,
  screensOf,
  ShapeError,
  UnknownProxyError,
} from "@zennas/zennas";
import { journalOf, params, smallSearch } from "./search_case.ts";

const byLayers: Screen = { name: "layers", share: 0.3, measure: countLayers };

/** Scores by parameters after a while that differs from candidate to candidate. */
const slow: Scorer = async (structure, { index }) => {
  for (let turn = 0; turn < (index * 7) % 5; turn++) await Promise.resolve();
  return params(structure);
};

Deno.test("a screen drops what is not among its share of the latest candidates", () => {
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

Deno.test("a search with a cascade scores the share that passes, and journals the rest with values", async () => {
  const scored: string[] = [];
  const score: Scorer = (structure, { structure: text }) => {
    scored.push(text);
    return Promise.resolve(params(structure));
  };
  const { journal, outcome } = await journalOf(smallSearch({ screens: [byLayers], score }));
  const { counts } = outcome, passed = counts.scored + counts.failed;
  assert.equal(scored.length, passed);
  assert.equal(outcome.evaluations, passed);
  // Layers have few values, and candidates with the same value as the last of the share pass too.
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

Deno.test("a screen compares a candidate with 64, itself included: the one before those counts no more", () => {
  const structures = Array.from({ length: 65 }, (_, index) => parseStructure(`SuperConvK3BNRELU(3,8,1,${1 + index})`));
  const [deepest, ...others] = structures.toReversed();
  for (const [before, kept] of [[62, false], [63, true]] as const) {
    const screening = new Screening([{ ...byLayers, share: 0.001 }]);
    screening.dropped(deepest!);
    for (const structure of others.toReversed().slice(0, before)) screening.dropped(structure);
    // One passes: the deepest as long as it is among the 64, then the next deepest.
    assert.equal(screening.dropped(others[0]!) === undefined, kept, `${before} between`);
  }
});

/** Every value once, so that a screen that misses one candidate, or sees one too many, sets another bar. */
const byParams: Screen = { name: "params", share: 0.3, measure: params };

/** Some candidates fail in the budgets or in the screen, which then does not remember them, and some in the scorer. */
const faulty = {
  budgets: [{ name: "params", limit: 300_000, measure: refusing(params, 11) }],
  score: ((structure) => {
    if (params(structure) % 5 === 0) throw new CandidateError("Cannot score it");
    return Promise.resolve(params(structure));
  }) satisfies Scorer,
};

/** A measure that has none for one structure in `every`. */
function refusing(measure: Screen["measure"], every: number): Screen["measure"] {
  return (structure) => {
    if (params(structure) % every === 0) throw new ShapeError(`Cannot count multiples of ${every}`);
    return measure(structure);
  };
}

Deno.test("a cascade interrupted beyond a screen's window continues with exactly the candidates that the screen remembers", async () => {
  const first = { ...byParams, measure: refusing(params, 13) };
  const cascades = [{ screens: [byParams] }, { ...faulty, screens: [first] }, {
    ...faulty,
    screens: [first, { ...byParams, name: "again", share: 0.6 }],
  }];
  for (const cascade of cascades) {
    const options = smallSearch({ ...cascade, maxProposals: 500 }), whole = await journalOf(options);
    const reasons = new Set(whole.journal.map((proposal) => proposal.verdict === "failed" ? proposal.reason : ""));
    assert.equal(reasons.size, "score" in cascade ? 4 : 1, [...reasons].join());
    const screened = whole.journal.filter(({ verdict }) => verdict !== "over-budget" && verdict !== "duplicate");
    const ends = [1, 63, 64, 65, 66, 70, 100, 128, 129, 160].map((count) => screened[count - 1]!.index + 1);
    for (const length of ends) {
      const known = whole.journal.slice(0, length), rest = await journalOf({ ...options, journal: known });
      const where = `${cascades.indexOf(cascade)}, from ${length}`;
      assert.deepEqual(rest.journal, whole.journal.slice(length), where);
      assert.deepEqual(rest.outcome, whole.outcome, where);
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
