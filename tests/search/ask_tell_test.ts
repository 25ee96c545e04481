/** A search that is driven from outside beside one that drives itself. */
import assert from "node:assert/strict";
import {
  CandidateError,
  countLayers,
  type EvolutionOptions,
  OpenSearch,
  openSearch,
  parseConfig,
  parseStructure,
  printStructure,
  type Proposal,
  type ScorerResult,
} from "@zennas/zennas";
import { initial, journalOf, params, smallSearch } from "./search_case.ts";

type Result = ScorerResult | Error;

/** Drives a search with up to `ahead` candidates untold, told newest first. */
function driven(
  options: EvolutionOptions,
  { ahead, score }: { readonly ahead: number; readonly score: (structure: string, bar?: number) => Result },
): { readonly journal: readonly Proposal[]; readonly outcome: ReturnType<OpenSearch["outcome"]> } {
  const journal: Proposal[] = [], untold: (readonly [number, Result])[] = [];
  const search = new OpenSearch({ ...options, onEvent: ({ proposal }) => journal.push(proposal) });
  const tell = () => untold.splice(0).reverse().forEach(([index, result]) => search.tell(index, result));
  for (;;) {
    if (untold.length === ahead) tell();
    try {
      const asked = search.ask();
      if (!asked && untold.length === 0) return { journal, outcome: search.outcome() };
      if (asked) untold.push([asked[0], score(asked[1], asked[2])]);
      else tell();
    } catch (error) {
      assert.ok(error instanceof RangeError && untold.length > 0, String(error));
      tell();
    }
  }
}

const layers = (text: string): number => countLayers(parseStructure(text));
const objectives = [{ name: "score", minimise: false }, { name: "params", minimise: true, measure: params }];

Deno.test("the same seed and scores give the proposals of evolve, in whatever order scores are told", async () => {
  const kinds: readonly Partial<EvolutionOptions>[] = [
    {},
    { objectives, crossover: 0.4 },
    { maxEvaluations: 31 },
    { patience: 8 },
    { population: 5, window: 1 },
  ];
  for (const over of kinds) {
    const options = smallSearch({ maxProposals: 200, score: (tree) => Promise.resolve(countLayers(tree)), ...over });
    const whole = await journalOf(options);
    for (const ahead of [1, 3, 8]) {
      assert.deepEqual(driven(options, { ahead, score: layers }), whole, `${ahead} ahead, ${JSON.stringify(over)}`);
    }
    const known = whole.journal.slice(0, 77);
    const rest = driven({ ...options, journal: known }, { ahead: 2, score: layers });
    assert.deepEqual([...known, ...rest.journal], whole.journal);
    assert.deepEqual(rest.outcome, whole.outcome);
  }
});

Deno.test("candidates that fail and that lose a race are told as such", async () => {
  const race = { share: 0.25, confidence: 0.99 };
  const resultOf = (text: string, bar?: number): Result => {
    const score = params(parseStructure(text)), preliminary = score + score % 100;
    if (score % 7 === 0) return new CandidateError("Cannot score it");
    return bar !== undefined && preliminary < bar ? { outraced: preliminary } : { score, parts: { preliminary } };
  };
  const options = smallSearch({
    race,
    score: (tree, { bar }) => {
      const result = resultOf(printStructure(tree), bar);
      return result instanceof Error ? Promise.reject(result) : Promise.resolve(result);
    },
  });
  const whole = await journalOf(options);
  assert.ok(whole.outcome.counts.outraced > 0 && whole.outcome.counts.failed > 0, JSON.stringify(whole.outcome.counts));
  assert.deepEqual(driven(options, { ahead: 4, score: resultOf }), whole);
});

Deno.test("what cannot be asked or told is refused, and the search goes on", () => {
  const search = new OpenSearch(smallSearch({ window: 2, budgets: [] }));
  const [first] = search.ask()!, [second] = search.ask()!;
  assert.deepEqual([first, second], [0, 1]);
  assert.throws(() => search.ask(), /Cannot ask for a candidate as the next proposal depends .*: got 2 of them/);
  for (const index of [2, -1]) assert.throws(() => search.tell(index, 1), /was not asked for/);
  const lost = new Error("the device is lost");
  assert.throws(() => search.tell(first, lost), lost);
  search.tell(second, 2);
  assert.throws(() => search.tell(second, 2), /was not asked for/);
  assert.equal(search.outcome().proposals, 0);
  search.tell(first, 3);
  assert.deepEqual([search.outcome().proposals, search.outcome().best?.score], [2, 3]);
  assert.equal(search.ask()?.[0], 2);
});

Deno.test("a configuration opens as the search that it is", async () => {
  const config = parseConfig({
    ...{
      proxy: "zen",
      space: "XXBL",
      initialStructure: printStructure(initial),
      resolution: 32,
      classes: 100,
      seed: 3,
    },
    ...{ costs: "reference", budgets: { params: 300_000 }, population: 24, window: 8, maxProposals: 150 },
    ...{ objectives: ["score", "-params"], crossover: 0.4 },
  });
  const whole = await journalOf(smallSearch({
    ...{ maxProposals: 150, objectives, crossover: 0.4 },
    score: (tree) => Promise.resolve(countLayers(tree)),
  }));
  const search = openSearch(config);
  for (let asked = search.ask(); asked; asked = search.ask()) search.tell(asked[0], layers(asked[1]));
  assert.deepEqual(search.outcome(), whole.outcome);
  assert.throws(() => openSearch({ ...config, space: "nowhere" }), /space: expected XXBL, IDW_fixfc/);
});
