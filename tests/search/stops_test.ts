/** What ends a search before its other limits: patience and time. */
import assert from "node:assert/strict";
import { countLayers, type EvolutionOptions, isEvaluation, Patience, type Proposal, type Scorer } from "@zennas/zennas";
import { journalOf, params, smallSearch } from "./search_case.ts";

/** Scores by parameters, with so many workers that take random times. */
function workers(count: number, score: Scorer): Scorer {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (structure, candidate) => {
    if (free-- <= 0) await new Promise<void>((resolve) => waiting.push(resolve));
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
    free++;
    waiting.shift()?.();
    return await score(structure, candidate);
  };
}

const byParams: Scorer = (structure) => Promise.resolve(params(structure));

/** Numbers without an order, so that the best improves at any time. */
const byChance: Scorer = (structure) => Promise.resolve(params(structure) % 1009);

const ranking = {
  parts: ["size", "shallow"],
  combine: (ranks: readonly number[], size: number) => ranks.reduce((sum, rank) => sum + Math.log(rank / size), 0),
};
const byRanks: Scorer = (structure) =>
  Promise.resolve({ score: 0, parts: { size: params(structure), shallow: -countLayers(structure) } });

/** The index of the best after each proposal: the first with the highest score. */
function bestIndices(journal: readonly Proposal[]): readonly (number | undefined)[] {
  let best: { readonly index: number; readonly score: number } | undefined;
  return journal.map((proposal) => {
    if (proposal.verdict === "scored" && !(best && best.score >= proposal.score)) best = proposal;
    return best?.index;
  });
}

/** How many proposals a search with patience makes, from the journal of one without, by definition. */
function lengthByDefinition(
  journal: readonly Proposal[],
  bests: readonly (number | undefined)[],
  { patience, window }: { readonly patience: number; readonly window: number },
): number {
  let since = 0;
  for (const [index, proposal] of journal.entries()) {
    if (index === 0 ? bests[0] !== undefined : bests[index] !== bests[index - 1]) since = 0;
    else if (isEvaluation(proposal)) since++;
    if (since >= patience) return Math.min(index + window, journal.length);
  }
  return journal.length;
}

Deno.test("a search ends after so many evaluations without a better best, when what is in flight has entered", async () => {
  for (const window of [1, 8]) {
    const whole = await journalOf(smallSearch({ window }));
    for (const patience of [1, 5, 20]) {
      const length = lengthByDefinition(whole.journal, bestIndices(whole.journal), { patience, window });
      assert.ok(length < 300, `${length} proposals`);
      for (const count of [1, 3, 8]) {
        const { journal, outcome } = await journalOf(
          smallSearch({ window, patience, score: workers(count, byParams) }),
        );
        assert.deepEqual(journal, whole.journal.slice(0, length), `window ${window}, patience ${patience}`);
        assert.equal(outcome.stoppedBy, "patience");
      }
    }
  }
});

Deno.test("a search with patience ends at the same proposal from any length of its journal, also where scores are ranks", async () => {
  let improved = 0;
  const scorings = [{ score: byParams }, { score: byChance }, { score: byRanks, ranking }];
  for (const scoring of scorings satisfies Partial<EvolutionOptions>[]) {
    for (const patience of [2, 3, 4, 12]) {
      const options = smallSearch({ ...scoring, patience }), whole = await journalOf(options);
      assert.equal(whole.outcome.stoppedBy, "patience");
      const { length } = whole.journal, score = workers(3, scoring.score);
      // What is in flight when patience ends may hold a better candidate; the search ends all the same.
      if (whole.outcome.best!.index > length - 8) improved++;
      for (const known of [0, 1, 7, 8, 9, length - 9, length - 8, length - 7, length - 1, length]) {
        const rest = await journalOf({ ...options, score, journal: whole.journal.slice(0, Math.max(0, known)) });
        assert.deepEqual(rest.journal, whole.journal.slice(Math.max(0, known)), `patience ${patience}, from ${known}`);
        assert.deepEqual(rest.outcome, whole.outcome);
      }
    }
  }
  assert.ok(improved > 0, "no search found a better candidate in flight");
});

Deno.test("where scores are ranks, patience counts from the last change of the best", async () => {
  const bests: (number | undefined)[] = [], options = smallSearch({ score: byRanks, ranking });
  const { journal } = await journalOf({ ...options, onEvent: ({ best }) => bests.push(best?.index) });
  assert.notDeepEqual(bests, bestIndices(journal));
  const length = lengthByDefinition(journal, bests, { patience: 15, window: 8 });
  assert.ok(length < 300);
  assert.deepEqual((await journalOf({ ...options, patience: 15 })).journal, journal.slice(0, length));
});

Deno.test("a search that ended for patience goes on with more of it, as if it had had so much from the start", async () => {
  const short = await journalOf(smallSearch({ patience: 3 })), long = await journalOf(smallSearch({ patience: 25 }));
  assert.ok(short.journal.length < long.journal.length);
  const rest = await journalOf(smallSearch({ patience: 25, journal: short.journal }));
  assert.deepEqual([...short.journal, ...rest.journal], long.journal);
  assert.deepEqual(rest.outcome, long.outcome);
});

Deno.test("patience also ends a search in which every candidate fails", async () => {
  const { outcome } = await journalOf(smallSearch({ patience: 6, window: 1, score: () => Promise.resolve(NaN) }));
  assert.deepEqual([outcome.stoppedBy, outcome.evaluations, outcome.best], ["patience", 6, undefined]);
});

Deno.test("patience for nothing is refused", async () => {
  for (const limit of [0, -1, NaN]) assert.throws(() => new Patience(limit), RangeError);
  await assert.rejects(journalOf(smallSearch({ patience: 0 })), RangeError);
});

Deno.test("a search whose time is up finishes what is in flight: a prefix of the unlimited search, which goes on from it", async () => {
  const whole = await journalOf(smallSearch());
  for (const asked of [0, 1, 30, 111]) {
    for (const count of [1, 4]) {
      let times = 0;
      const timeIsUp = () => times++ >= asked, score = workers(count, byParams);
      const { journal, outcome } = await journalOf(smallSearch({ timeIsUp, score }));
      assert.deepEqual([outcome.stoppedBy, journal.length], ["time", asked]);
      assert.deepEqual(journal, whole.journal.slice(0, asked));
      const rest = await journalOf(smallSearch({ journal, score }));
      assert.deepEqual([...journal, ...rest.journal], whole.journal);
      assert.deepEqual(rest.outcome, whole.outcome);
    }
  }
});
