/** A network that the device cannot hold fails alone, wherever networks are scored one after the other. */
import assert from "node:assert/strict";
import {
  createRun,
  DeviceMemoryError,
  evaluateRepeatedly,
  networkNamed,
  openBackend,
  openRunForWriting,
  parseStructure,
  type Proposal,
  runSearch,
  type RunStore,
  scorerOf,
  ScoreTable,
  type Space,
  structureBenchmark,
  structureDesign,
  zen,
} from "@zennas/zennas";
import { comparisonSettings } from "../../core/nasbench/mod.ts";
import { scoreAll } from "../../cli/correlate/work.ts";
import { guard } from "../../cli/watch/guard.ts";
import { scoresInOrder } from "../../cli/score/work.ts";
import { journalIn, smallConfig, TemporaryDirectory } from "../io/run_case.ts";
import { drawn } from "./settings.ts";

/** Output channels of which 20 images of 32 × 32 pixels need 5 GiB, which no 32-bit memory has. */
const WIDE = 65536, BATCH = 20;
const form = { resolution: 32, classes: 10 };
const chosen = [{ key: "zen", label: "zen", proxy: zen, variant: zen.variants[0] }];
const texts = [8, WIDE, 16].map((channels) => `SuperConvK1BNRELU(3,${channels},1,1)`);
const TOO_LARGE = /^Cannot hold the graph in WebAssembly memory as it needs \d+ bytes of at most 4294967296$/;

/** A space of 144 structures, 44 of which are too wide. */
const space: Space = {
  name: "widths",
  replacements: (blocks, index) => {
    const block = blocks[index]!, widths = [4, 8, 12, 16, 24, WIDE];
    return [1, 2].map((layers) => widths.map((width) => ({ ...block, args: [block.args[0]!, width, 1, layers] })));
  },
};

const isWide = (structure: string) => structure.includes(`${WIDE}`);
const configOf = (maxProposals: number) =>
  smallConfig({
    ...{ ...form, proxy: "zen", budgets: {}, population: 4, window: 4, batch: BATCH, maxProposals },
    initialStructure: "SuperConvK1BNRELU(3,8,1,1)SuperConvK1BNRELU(8,8,1,1)",
  });

Deno.test("a search journals why the device cannot hold a candidate, goes on, and continues to the same end", async () => {
  using temporary = new TemporaryDirectory();
  await using backend = await openBackend("cpu");
  const search = (store: RunStore) => runSearch({ store, space, score: scorerOf(store.config, { backend }) });
  const whole = `${temporary.path}/whole`, parts = `${temporary.path}/parts`;
  {
    using store = createRun(whole, configOf(40));
    const { counts, best, population } = await search(store);
    assert.ok(counts.failed > 2 && counts.scored > 8, JSON.stringify(counts));
    assert.ok(![best!, ...population].some(({ structure }) => isWide(structure)));
  }
  const verdictOf = (proposal: Proposal) => proposal.verdict === "failed" ? proposal.reason : proposal.verdict;
  for (const proposal of journalIn(whole)) {
    const verdict = verdictOf(proposal);
    if (!isWide(proposal.structure)) assert.match(verdict, /^(scored|duplicate)$/);
    else if (verdict !== "duplicate") assert.match(verdict, TOO_LARGE);
  }
  createRun(parts, configOf(10))[Symbol.dispose]();
  for (const maxProposals of [10, 25, 40]) {
    using store = openRunForWriting(parts, { limits: { maxProposals } });
    await search(store);
  }
  assert.deepEqual(journalIn(parts), journalIn(whole));
});

Deno.test("repeats of a network that the device cannot hold are one such error, and the device scores the next", async () => {
  await using backend = await openBackend("cpu");
  const settings = drawn(zen, { batch: BATCH }), evaluation = { proxy: zen, settings, repeats: 3, backend };
  const score = (text: string) => evaluateRepeatedly(structureDesign(parseStructure(text), form), evaluation);
  await assert.rejects(score(texts[1]!), DeviceMemoryError);
  assert.ok(Number.isFinite((await score(texts[0]!)).mean));
});

Deno.test("scoring a list of structures names the error beside the one that the device cannot hold", async () => {
  await using backend = await openBackend("cpu");
  const task = {
    networks: texts.map(networkNamed),
    form,
    chosen,
    settings: drawn(zen, { batch: BATCH }),
    repeats: 2,
    guard: guard({ timeout: 600 }),
    backend,
  };
  const outcomes: (boolean | string)[] = [];
  for await (const { results: [result] } of scoresInOrder(task)) {
    outcomes.push("error" in result! ? result.error.message : Number.isFinite(result!.score.mean));
  }
  assert.deepEqual([outcomes[0], outcomes[2]], [true, true]);
  assert.match(String(outcomes[1]), TOO_LARGE);
});

Deno.test("a comparison keeps the reason why a network has no score, and the scores of the others", async () => {
  using temporary = new TemporaryDirectory();
  await using backend = await openBackend("cpu");
  using table = new ScoreTable(`${temporary.path}/scores.sqlite`, () => ({}));
  await scoreAll({
    ...{ benchmark: structureBenchmark(form), dataSet: "cifar10", chosen, seeds: [1], sampleSeed: 1 },
    networks: texts.map((text) => ({ text, accuracy: 90 })),
    settings: comparisonSettings({ batch: BATCH }),
    guard: guard({ timeout: 600 }),
  }, { table, backend });
  const rows = new Map(table.rows("zen").map((row) => [row.network, row]));
  assert.deepEqual(texts.map((text) => rows.get(text)!.value !== null), [true, false, true]);
  assert.match(rows.get(texts[1]!)!.error!, TOO_LARGE);
});
