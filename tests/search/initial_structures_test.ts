/** Searches that start from several structures. */
import assert from "node:assert/strict";
import {
  budgetsOf,
  ConfigError,
  type ConfigProblem,
  mutate,
  parseConfig,
  parseStructure,
  printStructure,
  publishedSpaces,
  Random,
  requireStart,
  type Space,
  type Structure,
  zooEntry,
} from "@zennas/zennas";
import { initial, journalOf, smallSearch } from "./search_case.ts";

const other = parseStructure("SuperConvK3BNRELU(3,16,1,1)SuperResK3K3(16,24,2,8,2)SuperConvK1BNRELU(24,64,1,1)");
const third = parseStructure("SuperConvK3BNRELU(3,8,2,1)SuperResK5K5(8,16,2,8,1)");

/** Proposal i of a search that mutates initial structures only. */
function firstMutant(structures: readonly Structure[], index: number): string {
  const { space, seed } = smallSearch(), structure = structures[index % structures.length]!;
  return printStructure(mutate(structure, new Random(seed, index), { space, replacements: 1 }));
}

Deno.test("each initial structure is mutated in turn until the population is seeded", async () => {
  const structures = [initial, other, third];
  const { journal, outcome } = await journalOf(smallSearch({ initial: structures, window: 4 }));
  let members = 0, seeding = 0;
  // Proposal i is drawn when the results up to i − window have entered.
  for (const { index, structure } of journal) {
    const entered = journal[index - 4];
    if (entered?.verdict === "scored") members++;
    if (members > 10) break;
    assert.equal(structure, firstMutant(structures, index), `proposal ${index}`);
    seeding++;
  }
  assert.ok(seeding > 13 && seeding < 100, `${seeding} proposals while the population is seeded`);
  assert.ok(outcome.counts.scored > 30);
});

Deno.test("more initial structures than ten are all mutated, as far as the population can hold them", async () => {
  const structures = Array.from(
    { length: 20 },
    (_, index) => parseStructure(`SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,2,8,${index + 1})`),
  );
  const { journal } = await journalOf(smallSearch({ initial: structures, budgets: [], window: 1, maxProposals: 40 }));
  for (const { index, structure } of journal.slice(0, 20)) assert.equal(structure, firstMutant(structures, index));
});

Deno.test("a search from several structures is the same from any length of its journal", async () => {
  const options = smallSearch({ initial: [initial, other] }), whole = await journalOf(options);
  for (const known of [0, 1, 9, 30, 299]) {
    const rest = await journalOf({ ...options, journal: whole.journal.slice(0, known) });
    assert.deepEqual(rest.journal, whole.journal.slice(known), `from ${known}`);
    assert.deepEqual(rest.outcome, whole.outcome);
  }
  assert.notDeepEqual((await journalOf(smallSearch())).journal, whole.journal);
});

Deno.test("a search without an initial structure, or with one that its space cannot vary, is refused", async () => {
  await assert.rejects(journalOf(smallSearch({ initial: [] })), /without an initial structure/);
  const rigid = parseStructure("ConvKX(3,8,3,1)");
  await assert.rejects(journalOf(smallSearch({ initial: [initial, rigid] })), /Cannot vary block ConvKX/);
});

const settings = { proxy: "params", space: "XXBL", resolution: 32, classes: 10 };
const fits = "SuperConvK3BNRELU(3,8,1,1)", unchained = "SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(9,16,1,8,1)";

/** The problems that an action finds. */
function problemsOf(action: () => unknown): readonly ConfigProblem[] {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    return error.problems;
  }
  assert.fail("accepted");
}

Deno.test("a configuration has one structure or a list, zoo names among them", () => {
  const name = "zennet_cifar10_model_size1M_res32", { structure } = zooEntry(name);
  const parsed = (initialStructure: unknown) => parseConfig({ ...settings, initialStructure }).initialStructure;
  assert.deepEqual(parsed([fits, name]), [fits, structure]);
  assert.equal(parsed(name), structure);
  assert.equal(parsed([fits]), fits);
  const config = parseConfig({ ...settings, initialStructure: [fits, name] });
  assert.deepEqual(parseConfig(JSON.parse(JSON.stringify(config))), config);
});

Deno.test("each initial structure that is none, or whose channels do not chain, is named", () => {
  const initialStructure = [fits, "Nonsense(3,8)", unchained, 5];
  const problems = problemsOf(() => parseConfig({ ...settings, initialStructure }));
  assert.deepEqual(problems.map(({ path, got }) => [path, got]), [
    ["initialStructure.1", '"Nonsense(3,8)"'],
    ["initialStructure.2", `"${unchained}"`],
    ["initialStructure.3", "5"],
  ]);
  assert.match(problems[1]!.expected, /takes 9 channels: got 8, at character 27/);
  const [empty] = problemsOf(() => parseConfig({ ...settings, initialStructure: [] }));
  assert.deepEqual([empty!.path, empty!.expected], ["initialStructure", "at least one of structures"]);
  const many = { ...settings, initialStructure: Array(101).fill(fits) };
  assert.equal(problemsOf(() => parseConfig(many))[0]!.expected, "at most 100 of structures");
  const crowd = { ...settings, initialStructure: [fits, fits, fits], population: 2 };
  assert.deepEqual(problemsOf(() => parseConfig(crowd)).map(({ path, got }) => [path, got]), [["population", "2"]]);
});

Deno.test("each initial structure that is over a budget, or cannot be varied or counted, is named", () => {
  const requireIn = (
    initialStructure: unknown,
    { space, budgets }: { readonly space: Space; readonly budgets: object },
  ) => {
    const config = parseConfig({ ...settings, initialStructure, budgets });
    requireStart(config, { space, budgets: budgetsOf(config) });
  };
  const space = publishedSpaces.XXBL, deep = "SuperConvK3BNRELU(3,8,1,3)", deeper = "SuperConvK3BNRELU(3,8,1,4)";
  requireIn([fits, deep], { space, budgets: { layers: 3 } });
  const budgets = { layers: 2 }, rigid = "ConvKX(3,8,3,1)";
  assert.deepEqual(problemsOf(() => requireIn([deeper, fits, deep], { space, budgets })), [
    { path: "initialStructure.0", expected: "layers of at most 2", got: "4" },
    { path: "initialStructure.2", expected: "layers of at most 2", got: "3" },
  ]);
  assert.equal(problemsOf(() => requireIn(deep, { space, budgets }))[0]!.path, "initialStructure");
  const [unvaried] = problemsOf(() => requireIn([fits, rigid], { space, budgets: {} }));
  assert.equal(unvaried!.path, "initialStructure.1");
  assert.match(unvaried!.got, /Cannot vary block ConvKX/);
  const shapeless = `${fits}MultiSumBlock(BN(8);MaxPool(8,3,2))`;
  const [uncounted] = problemsOf(() => requireIn([fits, shapeless], { space, budgets: { macs: 1e9 } }));
  assert.equal(uncounted!.path, "initialStructure.1");
  assert.match(uncounted!.got, /shape/i);
});
