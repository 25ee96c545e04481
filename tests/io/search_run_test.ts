import assert from "node:assert/strict";
import pLimit from "p-limit";
import {
  azNas,
  countLayers,
  createRun,
  journalTable,
  listRuns,
  loadSearchProxy,
  openRunForReading,
  openRunForWriting,
  parseStructure,
  referenceCost,
  runSearch,
  type Scorer,
  scorerOf,
  type SearchReport,
  type Structure,
  trueCost,
} from "@zennas/zennas";
import { journalIn, scoreParams, search, smallConfig, TemporaryDirectory } from "./run_case.ts";

const FORM = { classes: 100, resolution: 32 };

Deno.test("a search leaves its best structure and a report", async () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/first`;
  using store = createRun(directory, smallConfig());
  const { best, population, counts, report } = await search(store);
  assert.ok(best);
  assert.equal(Deno.readTextFileSync(`${directory}/best_structure.txt`), `${best.structure}\n`);
  assert.deepEqual(JSON.parse(Deno.readTextFileSync(`${directory}/report.json`)), report);
  const structure = parseStructure(best.structure);
  const { parameters, macs } = trueCost(structure, FORM);
  assert.deepEqual(report, {
    run: "first",
    config: smallConfig(),
    best: { ...best, parameters, macs, layers: countLayers(structure) },
    budgets: [{ budget: "params", value: parameters, limit: 300_000, counted: "true" }],
    top: population.slice(0, 16).map((member) => {
      const { peakActivationBytes: _, ...costs } = trueCost(parseStructure(member.structure), FORM);
      return { ...member, ...costs };
    }),
    verdicts: counts,
    proposals: 300,
    evaluations: counts.scored,
    stoppedBy: "proposals",
  });
  const files = [...Deno.readDirSync(directory)].map(({ name }) => name).filter((name) => !name.includes("sqlite"));
  assert.deepEqual(files.sort(), ["best_structure.txt", "report.json"]);
});

Deno.test("of equal scores the report, the run and the list of runs name the earliest proposal as the best", async () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`;
  {
    using store = createRun(directory, smallConfig());
    const rough = async (structure: Structure) => Math.floor(await scoreParams(structure) / 5_000);
    await runSearch({ store, score: rough });
  }
  const scored = journalIn(directory).filter((proposal) => proposal.verdict === "scored");
  const highest = Math.max(...scored.map(({ score }) => score)), best = scored.filter(({ score }) => score === highest);
  assert.ok(best.length > 1, "the highest score is not shared");
  using run = openRunForReading(directory);
  const { best: reported, top } = JSON.parse(Deno.readTextFileSync(`${directory}/report.json`)) as SearchReport;
  const [listed] = listRuns(temporary.path);
  assert.ok(listed && "summary" in listed);
  for (const { index } of [run.summary().best!, listed.summary.best!, reported!]) assert.equal(index, best[0]!.index);
  assert.deepEqual(top.slice(0, best.length).map(({ index }) => index), best.slice(0, 16).map(({ index }) => index));
  assert.equal(Deno.readTextFileSync(`${directory}/best_structure.txt`), `${best[0]!.structure}\n`);
});

Deno.test("where scores are ranks, a run and the list of runs name the best of the population, also of an unfinished search", async () => {
  using temporary = new TemporaryDirectory();
  const ranking = { ...azNas.ranking!, parts: ["size", "shallow"] };
  const score = async (structure: Structure) => {
    return { score: 0, parts: { size: await scoreParams(structure), shallow: -countLayers(structure) } };
  };
  const cut = `${temporary.path}/cut`, whole = `${temporary.path}/whole`;
  {
    using store = createRun(cut, smallConfig());
    let left = 90;
    const failing = (structure: Structure) => left-- > 0 ? score(structure) : Promise.reject(new TypeError("gone"));
    await assert.rejects(runSearch({ store, score: failing, ranking }), /^TypeError: gone$/);
  }
  const journal = journalIn(cut);
  using store = createRun(whole, smallConfig({ maxProposals: journal.length }));
  const { report } = await runSearch({ store, score, ranking });
  const { index, structure, score: best } = report.best!;
  const recorded = journal.flatMap((proposal) => proposal.verdict === "scored" ? [proposal.score] : []);
  assert.ok(best < Math.max(...recorded), "the best has the highest score of the journal");
  const runs = listRuns(temporary.path);
  assert.deepEqual(runs.map(({ id }) => id), ["cut", "whole"]);
  for (const run of runs) {
    assert.ok("summary" in run);
    assert.deepEqual(run.summary.best, { index, structure, score: best });
    assert.equal(run.summary.ranked, true);
    using reader = openRunForReading(run.directory);
    const plain = report.top.map(({ index, structure, score }) => ({ index, structure, score }));
    assert.deepEqual(reader.top(16), plain);
    const { columns, rows } = journalTable(reader, { top: 3 }), table = [...rows];
    const column = (name: string) => table.map((row) => row[columns.indexOf(name)]);
    assert.deepEqual(column("number"), plain.slice(0, 3).map((one) => one.index));
    assert.deepEqual(column("score"), plain.slice(0, 3).map((one) => one.score));
    assert.deepEqual(column("score_shallow"), column("layers").map((layers) => -Number(layers)));
  }
});

Deno.test("a search by several proxies keeps the score of each, and names one best in report, run and list, also in parts", async () => {
  using temporary = new TemporaryDirectory();
  const proxy = ["params=2", "layers", "mae_det"];
  const searchIn = async (id: string, { workers, ends }: { readonly workers: number; readonly ends: number[] }) => {
    const directory = `${temporary.path}/${id}`, config = smallConfig({ proxy });
    createRun(directory, config)[Symbol.dispose]();
    const combined = await loadSearchProxy(config),
      scorer = scorerOf(config, { proxy: combined }),
      slots = pLimit(workers);
    const score: Scorer = (structure, candidate) =>
      slots(async () => {
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
        return await scorer(structure, candidate);
      });
    for (const maxProposals of ends) {
      using store = openRunForWriting(directory, { limits: { maxProposals } });
      await runSearch({ store, score, ranking: combined.ranking });
    }
    return journalIn(directory);
  };
  const whole = await searchIn("whole", { workers: 1, ends: [150] });
  assert.deepEqual(await searchIn("parts", { workers: 4, ends: [1, 33, 34, 90, 150] }), whole);
  for (const proposal of whole) {
    if (proposal.verdict !== "scored") continue;
    assert.deepEqual(Object.keys(proposal.parts!), ["params", "layers", "mae_det"]);
    const structure = parseStructure(proposal.structure);
    const { parameters } = referenceCost(structure, { classes: 100, resolution: 32, residualLinks: false });
    assert.deepEqual([proposal.parts!.params, proposal.parts!.layers], [parameters, countLayers(structure)]);
  }
  const report = JSON.parse(Deno.readTextFileSync(`${temporary.path}/parts/report.json`)) as SearchReport;
  assert.deepEqual(report.best, report.top[0]);
  const { index, structure, score } = report.best!, best = { index, structure, score };
  for (const run of listRuns(temporary.path)) assert.deepEqual("summary" in run && run.summary.best, best);
});

Deno.test("a finished run continues with a higher limit, as if it had been so from the start", async () => {
  using temporary = new TemporaryDirectory();
  const parts = `${temporary.path}/parts`, whole = `${temporary.path}/whole`;
  createRun(parts, smallConfig())[Symbol.dispose]();
  for (const maxEvaluations of [20, 20, 90, 10, 120]) {
    using store = openRunForWriting(parts, { limits: { maxEvaluations } });
    await search(store);
  }
  using store = createRun(whole, smallConfig({ maxEvaluations: 120 }));
  const { evaluations, stoppedBy } = await search(store);
  assert.deepEqual([evaluations, stoppedBy], [120, "evaluations"]);
  assert.deepEqual(journalIn(parts), journalIn(whole));
});

Deno.test("an interrupted search keeps what was in flight, and timers run while nothing is scored", async () => {
  using temporary = new TemporaryDirectory();
  using store = createRun(`${temporary.path}/run`, smallConfig({ maxProposals: 10_000_000, budgets: { params: 1 } }));
  const controller = new AbortController();
  setTimeout(() => controller.abort(), 100);
  const { stoppedBy, proposals, counts, report } = await runSearch({
    store,
    score: scoreParams,
    signal: controller.signal,
  });
  assert.equal(stoppedBy, "aborted");
  assert.equal(counts["over-budget"], proposals);
  assert.equal(report.best, null);
  assert.equal(journalIn(store.directory).length, proposals);
});

for (const replaced of [false, true]) {
  const what = replaced ? "replaced by another run's" : "removed";
  Deno.test(`a search whose folder is ${what} ends at the next result with one clear error, and has its best`, async () => {
    using temporary = new TemporaryDirectory();
    const directory = `${temporary.path}/run`;
    let scored = 0;
    {
      using store = createRun(directory, smallConfig({ window: 1 }));
      const score = async () => {
        if (++scored === 20) {
          Deno.removeSync(directory, { recursive: true });
          if (replaced) createRun(directory, smallConfig())[Symbol.dispose]();
          await new Promise((resolve) => setTimeout(resolve, 150));
        }
        return scored;
      };
      await assert.rejects(runSearch({ store, score }), {
        name: "RunStoreError",
        message: `Cannot write to run ${directory} as its run.sqlite was removed or replaced`,
      });
      assert.equal(store.best?.score, 20);
    }
    assert.equal(scored, 20);
  });
}
