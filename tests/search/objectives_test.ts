/** Searches with several objectives. */
import assert from "node:assert/strict";
import {
  CandidateError,
  countLayers,
  dominates,
  type EvolutionOptions,
  evolve,
  Member,
  minimised,
  type Objective,
  ObjectivePopulation,
  objectiveValues,
  parseStructure,
  type Proposal,
  referenceCost,
  type Scorer,
  type Structure,
} from "@zennas/zennas";
import { journalOf, params, smallSearch } from "./search_case.ts";

const flops = (structure: Structure): number => referenceCost(structure, { classes: 100, resolution: 32 }).macs;

const objectives: readonly Objective[] = [
  { name: "score", minimise: false },
  { name: "params", minimise: true, measure: params },
  { name: "flops", minimise: true, measure: flops },
];

const depth: Scorer = (structure) => Promise.resolve(countLayers(structure));

/** A scorer with so many workers, each taking a random time. */
function workers(count: number): Scorer {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (structure) => {
    if (free-- <= 0) await new Promise<void>((resolve) => waiting.push(resolve));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
    free++;
    waiting.shift()?.();
    return countLayers(structure);
  };
}

function severalSearch(over: Partial<EvolutionOptions> = {}): EvolutionOptions {
  return smallSearch({ objectives, score: depth, maxProposals: 200, ...over });
}

/** The front of a journal by comparing all with all. */
function frontByDefinition(journal: readonly Proposal[]): readonly number[] {
  const points = journal.flatMap((proposal) =>
    proposal.verdict === "scored"
      ? [{ index: proposal.index, point: minimised(objectives, objectiveValues(objectives, proposal)) }]
      : []
  );
  return points.filter(({ point }) => !points.some((other) => dominates(other.point, point))).map(({ index }) => index);
}

Deno.test("a search with several objectives has them in its journal, and finds the front of its journal", async () => {
  const { journal, outcome } = await journalOf(severalSearch());
  const { counts, front = [] } = outcome;
  assert.ok(counts.scored > 50 && counts["over-budget"] > 10, JSON.stringify(counts));
  for (const proposal of journal) {
    if (proposal.verdict !== "scored") continue;
    const tree = parseStructure(proposal.structure);
    assert.equal(proposal.score, countLayers(tree));
    assert.deepEqual(proposal.parts, { params: params(tree), flops: flops(tree) });
  }
  assert.deepEqual(front.map(({ index }) => index), frontByDefinition(journal));
  assert.ok(front.length > 5, `${front.length}`);
  for (const { structure, score, objectives: values } of front) {
    const tree = parseStructure(structure);
    assert.deepEqual(values, { score, params: params(tree), flops: flops(tree) });
  }
  assert.ok(outcome.population.every(({ score }) => score > 0));
});

Deno.test("it is the same whatever its scorer's timing, and from any length of its journal", async () => {
  for (const over of [{ crossover: 0.5 }, { population: 6, window: 3 }]) {
    const options = { ...over, maxProposals: 120 }, whole = await journalOf(severalSearch(options));
    for (const count of [1, 2]) {
      assert.deepEqual(await journalOf(severalSearch({ ...options, score: workers(count) })), whole);
    }
    for (const length of [0, 1, 9, 60, 119]) {
      const known = whole.journal.slice(0, length);
      const rest = await journalOf(severalSearch({ ...options, journal: known }));
      assert.deepEqual([...known, ...rest.journal], whole.journal, `from ${length}`);
      assert.deepEqual(rest.outcome, whole.outcome, `from ${length}`);
    }
  }
});

Deno.test("each objective, its sign and the budgets decide what is proposed", async () => {
  const { journal } = await journalOf(severalSearch());
  const turned = objectives.map((one) => one.name === "flops" ? { ...one, minimise: false } : one);
  const others: readonly Partial<EvolutionOptions>[] = [
    { objectives: objectives.slice(0, 2) },
    { objectives: turned },
    { objectives: undefined },
    { budgets: [{ name: "params", limit: 250_000, measure: params }] },
  ];
  for (const over of others) assert.notDeepEqual((await journalOf(severalSearch(over))).journal, journal);
});

Deno.test("candidates over a budget are parents while few are within, and never in the front", async () => {
  const tight = [{ name: "params", limit: 90_000, measure: params }];
  const { journal, outcome } = await journalOf(severalSearch({ budgets: tight, maxProposals: 300 }));
  const [first, second] = [journal.slice(0, 150), journal.slice(150)].map((part) =>
    part.filter(({ verdict }) => verdict === "over-budget").length
  );
  assert.ok(second! < first!, `${first} then ${second} over budget`);
  assert.ok(outcome.front!.length > 0 && outcome.front!.every(({ objectives }) => objectives.params! <= 90_000));
  assert.deepEqual(outcome.front!.map(({ index }) => index), frontByDefinition(journal));
});

Deno.test("over a budget, the less over is the better, a structure is a member once, and whoever is within is before them", () => {
  const population = new ObjectivePopulation(3, objectives),
    over = (index: number, structure: string) => new Member({ index, structure, score: NaN });
  const members = () => population.members.map(({ index }) => index);
  population.enterOver(over(0, "a"), 0.5);
  population.enterOver(over(1, "a"), 0.5);
  population.enterOver(over(2, "b"), 0.2);
  population.enterOver(over(3, "c"), 0);
  assert.deepEqual(members(), [3, 2, 0]);
  population.enterOver(over(4, "d"), 0.7);
  assert.deepEqual([members(), population.front], [[3, 2, 0], []]);
  population.enter(new Member({ index: 5, structure: "e", score: -1, parts: { params: 9, flops: 9 } }));
  assert.deepEqual([members(), population.front.map(({ index }) => index)], [[5, 3, 2], [5]]);
});

Deno.test("patience ends a search when no candidate joins the front", async () => {
  const whole = await journalOf(severalSearch({ maxProposals: 600, population: 8 }));
  const { journal, outcome } = await journalOf(severalSearch({ maxProposals: 600, population: 8, patience: 12 }));
  assert.equal(outcome.stoppedBy, "patience");
  assert.deepEqual(journal, whole.journal.slice(0, journal.length));
  // What had been drawn when patience ended still entered.
  const ended = journal.slice(0, journal.length - 7),
    joined = (length: number) => frontByDefinition(journal.slice(0, length)).includes(length - 1);
  const evaluated = ended.filter(({ verdict }) => verdict === "scored").slice(-12);
  assert.ok(evaluated.every(({ index }) => !joined(index + 1)));
});

Deno.test("a candidate without an objective fails alone, with the reason", async () => {
  const broken: Objective = {
    name: "latency",
    minimise: true,
    measure: (structure) => {
      const layers = countLayers(structure);
      if (layers % 4 === 0) throw new CandidateError("Cannot predict it");
      return layers % 4 === 1 ? NaN : layers;
    },
  };
  const { journal } = await journalOf(severalSearch({ objectives: [...objectives, broken] }));
  const reasons = new Set(journal.flatMap((proposal) => proposal.verdict === "failed" ? [proposal.reason] : []));
  assert.deepEqual([...reasons].sort(), ["Cannot predict it", "the objective latency is not finite: got NaN"]);
  const missing = await journalOf(severalSearch({ objectives: [...objectives, { name: "zen", minimise: false }] }));
  assert.equal(missing.outcome.stoppedBy, "failures");
  assert.equal(missing.outcome.failure?.reason, "the objective zen is not finite: got NaN");
});

Deno.test("several objectives go with neither ranks nor a race", async () => {
  const ranking = { parts: ["a"], combine: ([rank]: readonly number[]) => rank! };
  await assert.rejects(evolve(severalSearch({ ranking })), /Cannot have several objectives as scores are ranks/);
  await assert.rejects(
    evolve(severalSearch({ race: { share: 0.5, confidence: 0.99 } })),
    /Cannot race as there are several/,
  );
});
