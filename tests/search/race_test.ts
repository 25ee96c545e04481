import assert from "node:assert/strict";
import {
  azNas,
  ConfigError,
  Member,
  openBackend,
  type Outraced,
  params as paramsProxy,
  parseConfig,
  parseStructure,
  Population,
  predictionBound,
  PRELIMINARY,
  type Proposal,
  Race,
  type Scorer,
  scorerOf,
  type ScoreWithParts,
} from "@zennas/zennas";
import { oracleBackend } from "../graph/oracle_backend.ts";
import { journalOf, params, smallSearch } from "./search_case.ts";

const race = { share: 0.25, confidence: 0.99 };

/** What a part of the draws says too much or too little, from the structure alone: at most 2,000, and 500 too much. */
function slip(structure: string): number {
  let hash = 7;
  for (const letter of structure) hash = (hash * 31 + letter.charCodeAt(0)) % 4001;
  return 500 + hash - 2000;
}

/** A score by parameters that a part of it misses by a slip; counts what it was asked for. */
function racer(turns: (index: number) => number = () => 0) {
  const asked = { preliminary: 0, whole: 0 };
  const score: Scorer = async (structure, { bar, index, structure: text }) => {
    for (let turn = turns(index); turn > 0; turn--) await Promise.resolve();
    const whole = params(structure), preliminary = whole + slip(text);
    if (bar !== undefined) asked.preliminary++;
    if (bar !== undefined && preliminary < bar) return { outraced: preliminary };
    asked.whole++;
    return bar === undefined ? whole : { score: whole, parts: { [PRELIMINARY]: preliminary } };
  };
  return { asked, score };
}

const options = { race, maxProposals: 600, budgets: [{ name: "params", limit: 1e6, measure: params }] };

Deno.test("a race finds what a search without one finds, for fewer whole scores", async () => {
  const { asked, score } = racer();
  const raced = await journalOf(smallSearch({ ...options, score }));
  const plain = await journalOf(smallSearch({ ...options, race: undefined }));
  assert.deepEqual(raced.outcome.population, plain.outcome.population);
  assert.deepEqual(raced.outcome.best, plain.outcome.best);
  assert.equal(raced.outcome.evaluations, plain.outcome.evaluations);
  const { counts } = raced.outcome;
  assert.equal(counts.scored, asked.whole);
  assert.ok(counts.outraced > counts.scored / 2, JSON.stringify(counts));
  raced.journal.forEach((proposal, index) => {
    assert.equal(proposal.structure, plain.journal[index]!.structure);
    if (proposal.verdict !== "outraced") return;
    assert.equal(proposal.value, params(parseStructure(proposal.structure)) + slip(proposal.structure));
    assert.ok(proposal.value < proposal.bar);
  });
});

Deno.test("a race is the same whatever the scorer's timing, and continues from any length of its journal", async () => {
  const whole = await journalOf(smallSearch({ ...options, score: racer().score }));
  const late = () => racer((index) => (index * 7) % 5).score;
  assert.deepEqual((await journalOf(smallSearch({ ...options, score: late() }))).journal, whole.journal);
  for (const length of [0, 1, 40, 133, 400, 599]) {
    const known = whole.journal.slice(0, length);
    const rest = await journalOf(smallSearch({ ...options, score: late(), journal: known }));
    assert.deepEqual([...known, ...rest.journal], whole.journal, `from ${length}`);
    assert.deepEqual(rest.outcome, whole.outcome);
  }
});

/** A race that has seen these differences between whole and preliminary scores. */
function after(differences: readonly number[]): Race {
  const race = new Race({ share: 0.5, confidence: 0.99 });
  differences.forEach((difference, index) => {
    const proposal = { index, structure: "", verdict: "scored", score: 10, parts: { [PRELIMINARY]: 10 - difference } };
    race.learn(proposal as Proposal);
  });
  return race;
}

function populationOf(scores: readonly number[], size: number): Population {
  const population = new Population(size);
  for (const score of scores) population.enter(new Member({ index: 0, structure: "", score }));
  return population;
}

Deno.test("the bar is the lowest score less what a score may exceed its preliminary one by", () => {
  const differences = [0.1, -0.2, 0.3, 0, 0.05, -0.1, 0.2, 0.15, 0.1];
  const full = populationOf([5, 3, 4], 3);
  assert.equal(after(differences).bar(full), 3 - predictionBound(differences, 0.99));
  // t of 8 degrees of freedom at 0.99 is 2.896, mean 0.0667, deviation 0.1521.
  assert.ok(Math.abs(predictionBound(differences, 0.99) - (0.0667 + 2.896 * 0.1521 * Math.sqrt(10 / 9))) < 1e-3);
  assert.equal(after(differences.slice(0, 7)).bar(full), -Infinity, "with seven differences no candidate is dropped");
  assert.equal(after(differences).bar(populationOf([5, 3], 3)), -Infinity, "nor from a population that is not full");
  assert.equal(after(differences).bar(populationOf([5, 3], 67)), undefined, "which learns only when it is nearly so");
  const old = [...new Array<number>(64).fill(9), ...Array.from({ length: 64 }, (_, index) => index % 2)];
  assert.equal(after(old).bar(full), after(old.slice(64)).bar(full), "the latest 64 differences count");
});

Deno.test("settings that are no race are refused", async () => {
  for (const share of [0, 1, -1, NaN]) assert.throws(() => new Race({ share, confidence: 0.99 }), RangeError);
  for (const confidence of [0.5, 1, NaN]) assert.throws(() => new Race({ share: 0.5, confidence }), RangeError);
  await assert.rejects(journalOf(smallSearch({ race, ranking: azNas.ranking! })), TypeError);
  const settings = { space: "XXBL", initialStructure: "SuperConvK3BNRELU(3,8,1,1)", resolution: 8, classes: 10 };
  for (const { name } of [azNas, paramsProxy]) {
    assert.throws(() => scorerOf(parseConfig({ ...settings, proxy: name, race: { share: 0.5 } })), ConfigError);
  }
  assert.throws(() => parseConfig({ ...settings, proxy: "zen", race: { share: 1 } }), /a share below 1/);
});

Deno.test("a racing scorer's whole scores are those without a race, from a share of the images or of the repeats", async () => {
  const structure = parseStructure("SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,2,8,1)");
  const settings = { proxy: "zen", space: "XXBL", initialStructure: "SuperConvK3BNRELU(3,8,1,1)", classes: 10 };
  const config = { ...settings, resolution: 8, batch: 8, seed: 3 };
  await using backend = await openBackend("cpu");
  for (
    const [repeats, share, part] of [[1, 0.25, { batch: 2 }], [4, 0.5, { repeats: 2 }], [2, 0.25, {
      batch: 4,
    }]] as const
  ) {
    const plain = parseConfig({ ...config, repeats }), racing = parseConfig({ ...config, repeats, race: { share } });
    const candidate = { index: 0, structure: "" };
    const whole = await scorerOf(plain, { backend })(structure, candidate) as number;
    const preliminary = await scorerOf(parseConfig({ ...config, repeats: 1, ...part }), { backend })(
      structure,
      candidate,
    );
    const scorer = scorerOf(racing, { backend });
    assert.equal(await scorer(structure, candidate), whole);
    const passed = await scorer(structure, { ...candidate, bar: -Infinity }) as ScoreWithParts;
    assert.ok(Math.abs(passed.score - whole) < 1e-12);
    assert.equal(passed.parts[PRELIMINARY], preliminary);
    const dropped = await scorer(structure, { ...candidate, bar: preliminary as number + 1e-6 }) as Outraced;
    assert.equal(dropped.outraced, preliminary);
  }
});

Deno.test("a candidate that is dropped costs a share of the multiply-adds", async () => {
  const config = parseConfig({
    ...{ proxy: "zen", space: "XXBL", initialStructure: "SuperConvK3BNRELU(3,8,1,1)", resolution: 8, classes: 10 },
    ...{ batch: 8, race: { share: 0.25 } },
  });
  const images: number[] = [];
  const counting = {
    ...oracleBackend,
    compile: (graph: Parameters<typeof oracleBackend.compile>[0]) => {
      images.push(graph.nodes.find(({ op }) => op === "gaussian")!.shape[0]!);
      return oracleBackend.compile(graph);
    },
  };
  const scorer = scorerOf(config, { backend: counting }), structure = parseStructure("SuperConvK3BNRELU(3,8,1,1)");
  await scorer(structure, { index: 0, structure: "", bar: Infinity });
  assert.deepEqual(images, [2]);
  await scorer(structure, { index: 0, structure: "", bar: -Infinity });
  assert.deepEqual(images, [2, 2, 8]);
});
