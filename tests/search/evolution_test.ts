import assert from "node:assert/strict";
import {
  CandidateError,
  DeviceMemoryError,
  evolve,
  Member,
  mutate,
  parseStructure,
  Population,
  printStructure,
  type Proposal,
  Random,
  type Scorer,
  type SearchEvent,
  ShapeError,
  type Structure,
  superBlockSpace,
} from "@zennas/zennas";
import { initial, journalOf, params, smallSearch } from "./search_case.ts";

/** A scorer with so many workers, each taking a random time. */
function slowScorer(workers: number): Scorer {
  let free = workers;
  const waiting: (() => void)[] = [];
  return async (structure) => {
    if (free === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    else free--;
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 4));
    const next = waiting.shift();
    if (next) next();
    else free++;
    return params(structure);
  };
}

Deno.test("a search is the same whatever its scorer's timing and concurrency", async () => {
  const { journal, outcome } = await journalOf(smallSearch());
  assert.ok(outcome.counts.scored > 30 && outcome.counts["over-budget"] > 30, JSON.stringify(outcome.counts));
  for (const workers of [1, 3, 8]) {
    assert.deepEqual(await journalOf(smallSearch({ score: slowScorer(workers) })), { journal, outcome });
  }
  assert.notDeepEqual((await journalOf(smallSearch({ seed: 4 }))).journal, journal);
});

Deno.test("the window's candidates are in flight together, and no more", async () => {
  let inFlight = 0, most = 0;
  const score: Scorer = async (structure) => {
    most = Math.max(most, ++inFlight);
    await new Promise((resolve) => setTimeout(resolve, 1));
    inFlight--;
    return params(structure);
  };
  await evolve(smallSearch({ score, budgets: [], window: 5, maxProposals: 60 }));
  assert.equal(most, 5);
});

/** The structure that proposal i must have, from the definition: its draw, and the results up to i − window. */
function proposalByDefinition(journal: readonly Proposal[], index: number, window: number): string {
  const { seed, population: size, space } = smallSearch();
  const population = new Population(size);
  for (const proposal of journal.slice(0, Math.max(0, index - window + 1))) {
    if (proposal.verdict === "scored") population.enter(new Member(proposal));
  }
  const random = new Random(seed, index);
  const { members } = population;
  const mutant = members.length <= 10
    ? mutate(initial, random, { space, replacements: 1 })
    : mutate(random.pick(members).tree, random, { space, replacements: 2 });
  return printStructure(mutant);
}

Deno.test("proposal i is drawn from the population after the results of all proposals up to i − window", async () => {
  for (const window of [1, 2, 16]) {
    const { journal } = await journalOf(smallSearch({ window, score: slowScorer(4), maxProposals: 150 }));
    for (const { index, structure } of journal) {
      assert.equal(structure, proposalByDefinition(journal, index, window), `window ${window}, proposal ${index}`);
    }
  }
});

Deno.test("verdicts say why, and nothing over budget or known is scored", async () => {
  const scored = new Map<string, number>();
  const score: Scorer = (structure, candidate) => {
    assert.equal(candidate.structure, printStructure(structure));
    assert.ok(!scored.has(candidate.structure), "scored twice");
    scored.set(candidate.structure, candidate.index);
    return Promise.resolve(params(structure));
  };
  const space = superBlockSpace({ name: "tiny", families: [["SuperResK3K3"]], channelFactors: [1, 2], layerReach: 0 });
  const { journal, outcome } = await journalOf(smallSearch({ space, score }));
  assert.ok(outcome.counts.duplicate > 20 && outcome.counts["over-budget"] > 20, JSON.stringify(outcome.counts));
  assert.equal(scored.size, outcome.evaluations);
  for (const proposal of journal) {
    const count = params(parseStructure(proposal.structure));
    assert.equal(proposal.verdict === "over-budget", count > 300_000);
    if (proposal.verdict === "scored") assert.equal(scored.get(proposal.structure), proposal.index);
    if (proposal.verdict === "duplicate") assert.equal(proposal.of, scored.get(proposal.structure));
    if (proposal.verdict === "over-budget") {
      assert.deepEqual([proposal.budget, proposal.value, proposal.limit], ["params", count, 300_000]);
    }
  }
});

Deno.test("the best is the first with the highest score, and the population the best of all", async () => {
  const { journal, outcome } = await journalOf(smallSearch());
  const scores = journal.flatMap((proposal) => proposal.verdict === "scored" ? [proposal.score] : []);
  const best = journal.find((proposal) => proposal.verdict === "scored" && proposal.score === Math.max(...scores));
  assert.equal(outcome.best?.index, best?.index);
  const top = scores.toSorted((a, b) => b - a).slice(0, 24);
  assert.deepEqual(outcome.population.map(({ score }) => score), top);
});

Deno.test("of equal scores the earlier proposal is the better one, in the best, the events and the population", async () => {
  const rough = (structure: Structure) => Math.floor(params(structure) / 5_000);
  const size = (structure: Structure) => ({ score: 0, parts: { size: rough(structure) } });
  const ranking = { parts: ["size"], combine: ([rank]: readonly number[]) => rank! };
  for (
    const scoring of [
      { score: ((structure) => Promise.resolve(rough(structure))) satisfies Scorer },
      { score: ((structure) => Promise.resolve(size(structure))) satisfies Scorer, ranking },
    ]
  ) {
    const events: SearchEvent[] = [];
    const { outcome } = await journalOf(smallSearch({ ...scoring, onEvent: (event) => events.push(event) }));
    const { population, best } = outcome;
    const order = population.toSorted((a, b) => b.score - a.score || a.index - b.index);
    assert.deepEqual(population, order);
    assert.deepEqual([best, events.at(-1)!.best], [order[0], order[0]]);
    assert.ok(order[1]!.score === order[0]!.score, "the highest score is not shared");
  }
});

Deno.test("a candidate that cannot be scored fails alone, with the reason", async () => {
  const reasons = new Map<string, string>();
  const score: Scorer = (structure, { index, structure: text }) => {
    const failures = [
      () => Promise.resolve(NaN),
      () => Promise.resolve(-Infinity),
      () => Promise.reject(new CandidateError("Cannot score it")),
      () => {
        throw new ShapeError("Cannot pool nothing");
      },
      () => Promise.reject(new DeviceMemoryError("it", { needed: 9, limit: 8 })),
    ];
    const texts = [
      "the score is not finite: got NaN",
      "the score is not finite: got -Infinity",
      "Cannot score it",
      "Cannot pool nothing",
      "Cannot hold it as it needs 9 bytes of at most 8",
    ];
    if (index % 8 >= 5) return Promise.resolve(params(structure));
    reasons.set(text, texts[index % 8]!);
    return failures[index % 8]!();
  };
  const { journal, outcome } = await journalOf(smallSearch({ score }));
  assert.ok(outcome.counts.failed > 20);
  assert.equal(outcome.counts.failed, reasons.size);
  for (const proposal of journal) {
    if (proposal.verdict === "failed") assert.equal(proposal.reason, reasons.get(proposal.structure));
  }
  assert.ok(outcome.population.every(({ structure }) => !reasons.has(structure)));
  assert.equal(new Set(reasons.values()).size, 5);
  const known = journal.slice(0, 150), rest = await journalOf(smallSearch({ score, journal: known }));
  assert.deepEqual([...known, ...rest.journal], journal);
});

Deno.test("a candidate whose costs cannot be counted fails before it is scored", async () => {
  const measure = () => {
    throw new ShapeError("Cannot make a network of it");
  };
  const { outcome } = await journalOf(smallSearch({
    budgets: [{ name: "params", limit: 1, measure }],
    score: () => assert.fail("scored"),
    maxEvaluations: 5,
  }));
  assert.deepEqual([outcome.counts.failed, outcome.evaluations, outcome.best], [5, 5, undefined]);
});

Deno.test("a scorer's own failure ends the search, with earlier results recorded", async () => {
  const broken = new Error("the device is lost");
  const score: Scorer = (structure, { index }) =>
    index < 40 ? Promise.resolve(params(structure)) : Promise.reject(broken);
  const recorded: Proposal[] = [];
  const record = (proposal: Proposal) => {
    recorded.push(proposal);
    return undefined;
  };
  await assert.rejects(evolve(smallSearch({ score, record })), broken);
  const { journal } = await journalOf(smallSearch());
  const first = journal.findIndex(({ index, verdict }) => index >= 40 && verdict === "scored");
  assert.deepEqual(recorded, journal.slice(0, first));
});

Deno.test("where all fail from the start the search ends after 16, or the window, with the reason of most of them", async () => {
  const score: Scorer = (_, { index }) =>
    Promise.reject(new CandidateError(index === 0 ? "Cannot begin" : `Cannot hold ${index} bytes`));
  for (const [window, least] of [[1, 16], [4, 16], [40, 40]] as const) {
    const { journal, outcome } = await journalOf(smallSearch({ score, window, budgets: [] }));
    const { stoppedBy, evaluations, counts, best, failure } = outcome;
    assert.deepEqual([stoppedBy, counts.failed, best], ["failures", evaluations, undefined]);
    // Those in flight when the last of them failed are waited for.
    const last = least + window - 1;
    assert.ok(
      evaluations <= last && evaluations >= last - counts.duplicate,
      `${evaluations} with a window of ${window}`,
    );
    assert.deepEqual(failure, {
      reason: journal[1]?.verdict === "failed" ? journal[1].reason : "",
      count: evaluations - 1,
    });
    for (const length of [0, 5, 16, journal.length]) {
      const known = journal.slice(0, length),
        never: Scorer = (structure, candidate) => {
          assert.ok(candidate.index >= length, "scored again");
          return score(structure, candidate);
        };
      const rest = await journalOf(smallSearch({ score: never, window, budgets: [], journal: known }));
      assert.deepEqual([...known, ...rest.journal], journal);
      assert.deepEqual(rest.outcome, outcome);
    }
  }
});

Deno.test("a search goes on where one of its first candidates has a score", async () => {
  const score: Scorer = (structure, { index }) =>
    index === 3 ? Promise.resolve(params(structure)) : Promise.reject(new CandidateError("Cannot score it"));
  const { outcome } = await journalOf(smallSearch({ score, budgets: [], maxProposals: 100 }));
  assert.deepEqual([outcome.stoppedBy, outcome.best?.index], ["proposals", 3]);
});

Deno.test("a search that is abandoned ends without what is in flight, and continues to the same end", async () => {
  const whole = await journalOf(smallSearch()), abandon = new AbortController();
  const score: Scorer = (structure, { index }) => {
    if (index === 60) abandon.abort();
    return index >= 60 ? new Promise(() => {}) : Promise.resolve(params(structure));
  };
  const first = await journalOf(smallSearch({ score, abandon: abandon.signal }));
  assert.equal(first.outcome.stoppedBy, "aborted");
  assert.ok(first.journal.length > 40 && first.journal.length <= 60, `${first.journal.length}`);
  const second = await journalOf(smallSearch({ journal: first.journal }));
  assert.deepEqual([...first.journal, ...second.journal], whole.journal);
});

Deno.test("a search ends with the evaluation that reaches its limit, or with the last proposal", async () => {
  const { journal } = await journalOf(smallSearch());
  for (const maxEvaluations of [1, 30]) {
    const limited = await journalOf(smallSearch({ maxEvaluations, score: slowScorer(3) }));
    assert.equal(limited.outcome.stoppedBy, "evaluations");
    assert.equal(limited.outcome.evaluations, maxEvaluations);
    assert.equal(limited.journal.at(-1)?.verdict, "scored");
    assert.deepEqual(limited.journal, journal.slice(0, limited.journal.length));
  }
  const { outcome } = await journalOf(smallSearch({ maxProposals: 10, maxEvaluations: 1000 }));
  assert.deepEqual([outcome.stoppedBy, outcome.proposals], ["proposals", 10]);
});

Deno.test("an aborted search finishes what is in flight, and continues to the same end from its journal", async () => {
  const whole = await journalOf(smallSearch());
  for (const stop of [0, 1, 7, 8, 100]) {
    const controller = new AbortController();
    if (stop === 0) controller.abort();
    const onEvent = ({ proposals }: { readonly proposals: number }) => proposals >= stop && controller.abort();
    const first = await journalOf(smallSearch({ score: slowScorer(2), signal: controller.signal, onEvent }));
    assert.equal(first.outcome.stoppedBy, "aborted");
    assert.equal(first.journal.length, stop === 0 ? 0 : stop + 7);
    const second = await journalOf(smallSearch({ journal: first.journal, score: slowScorer(2) }));
    assert.deepEqual([...first.journal, ...second.journal], whole.journal);
    assert.deepEqual(second.outcome, whole.outcome);
  }
});

Deno.test("a journal continues from any length, with a higher limit too, and never scores again", async () => {
  const whole = await journalOf(smallSearch());
  for (const length of [0, 1, 8, 9, 55, 200, 299, 300]) {
    const known = whole.journal.slice(0, length);
    const score: Scorer = (structure, { index }) => {
      assert.ok(index >= length);
      return Promise.resolve(params(structure));
    };
    const rest = await journalOf(smallSearch({ journal: known, score }));
    assert.deepEqual([...known, ...rest.journal], whole.journal, `from ${length}`);
    assert.deepEqual(rest.outcome, whole.outcome, `from ${length}`);
  }
  await assert.rejects(evolve(smallSearch({ journal: whole.journal.slice(1) })), /proposal 0 is missing: got 1/);
});

Deno.test("events carry counts, the best so far and the acceptance rate", async () => {
  const events: unknown[] = [];
  const { outcome } = await journalOf(smallSearch({ maxProposals: 50, onEvent: (event) => events.push(event) }));
  assert.equal(events.length, 50);
  const { proposals, evaluations, counts, best } = outcome;
  const last = events.at(-1) as Record<string, unknown>;
  assert.deepEqual({ ...last, proposal: 0 }, {
    proposal: 0,
    proposals,
    evaluations,
    counts,
    best,
    acceptanceRate: counts.scored / 50,
  });
});

Deno.test("labels do not tell structures apart, and a population below eleven evolves as well", async () => {
  const labelled = parseStructure("SuperConvK3BNRELU(stem|3,8,1,1)SuperResK3K3(body|8,16,1,8,1)");
  const { journal, outcome } = await journalOf(smallSearch({ initial: [labelled], population: 3 }));
  assert.ok(journal.every(({ structure }) => !structure.includes("|")));
  assert.equal(outcome.population.length, 3);
  assert.ok(outcome.best!.score > 150_000, String(outcome.best!.score));
});

Deno.test("a search refuses a window of nothing and a structure that its space cannot vary", async () => {
  await assert.rejects(evolve(smallSearch({ window: 0 })), RangeError);
  await assert.rejects(evolve(smallSearch({ population: 0 })), RangeError);
  await assert.rejects(
    evolve(smallSearch({ initial: [parseStructure("ConvKX(3,8,3,1)")] })),
    /Cannot vary block ConvKX/,
  );
});
