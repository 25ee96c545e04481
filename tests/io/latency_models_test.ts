/** Budgets and objectives of predicted latency, from a configuration to a run's journal. */
import assert from "node:assert/strict";
import {
  budgetsOf,
  ConfigError,
  createRun,
  kernelsOf,
  latencyMeasure,
  latencyModels,
  type LatencyPredictor,
  loadConfig,
  networkForm,
  openRunForWriting,
  parseStructure,
  predictLatency,
  printArtefact,
  RunChangedError,
  runSearch,
  searchIdentity,
  structureDesign,
} from "@zennas/zennas";
import { initial } from "../search/search_case.ts";
import { smallArtefact } from "../latency/small_artefact.ts";
import { journalIn, scoreParams, smallConfig, TemporaryDirectory } from "./run_case.ts";

const artefact = smallArtefact({ batch: 2 });
const folder = new TemporaryDirectory(), path = `${folder.path}/device.json`, url = `file://${path}`;
Deno.writeTextFileSync(path, printArtefact(artefact));
globalThis.addEventListener("unload", () => folder[Symbol.dispose]());

Deno.test("what is predicted is ms an image of the network that would be trained, at the artefact's batch", () => {
  const config = smallConfig({ budgets: { latencies: [{ ms: 1, model: path }] } });
  const { kernels } = kernelsOf(structureDesign(initial, networkForm(config)), { batch: 2 });
  const [{ predictedMs }] = predictLatency(artefact, [{ kernels }]) as [ReturnType<LatencyPredictor["predict"]>];
  assert.equal(latencyMeasure(config, path)(initial), predictedMs / 2);
  assert.equal(latencyModels(config).modelMs!(url)(initial), predictedMs / 2);
  const named = smallConfig({ latencyModel: url, budgets: { latency: { ms: 1, batch: 2, precision: "f32" } } });
  assert.equal(latencyModels(named).latencyMs!(initial), predictedMs / 2);
  assert.equal(latencyModels(config).latencyMs, undefined);
});

Deno.test("a search turns candidates over the budget away by prediction, before any score, and its journal says so", async () => {
  const plain = smallConfig({ latencyModel: url, maxProposals: 150 }), measure = latencyMeasure(plain, url);
  const ms = 1.5 * measure(initial), directory = `${folder.path}/budget`;
  const config = smallConfig({
    maxProposals: 150,
    budgets: { latencies: [{ ms, model: url }] },
    objectives: ["score", `-latency@${url}`],
  });
  using store = createRun(directory, config);
  const scored: string[] = [];
  const result = await runSearch({
    store,
    score: (structure, candidate) => {
      scored.push(candidate.structure);
      return scoreParams(structure);
    },
    ...latencyModels(config),
  });
  const journal = journalIn(directory);
  const over = journal.filter(({ verdict }) => verdict === "over-budget"),
    good = journal.filter((one) => one.verdict === "scored");
  assert.ok(over.length > 5 && good.length > 5, `${over.length} over, ${good.length} scored`);
  for (const { structure } of good) assert.ok(measure(parseStructure(structure)) <= ms);
  for (const proposal of over) {
    assert.ok(measure(parseStructure(proposal.structure)) > ms);
    assert.equal((proposal as { budget?: string }).budget, "latencyMs@device.json");
    assert.ok(!scored.includes(proposal.structure));
  }
  for (const { structure, parts } of good as { structure: string; parts: Record<string, number> }[]) {
    assert.equal(parts[`latency@${url}`], measure(parseStructure(structure)));
  }
  assert.ok(result.front!.length > 1);
  assert.deepEqual(result.report.budgets.map(({ budget, limit }) => [budget, limit]), [["latencyMs@device.json", ms]]);
});

Deno.test("a run is not continued with another artefact", async () => {
  const file = `${folder.path}/changing.json`, directory = `${folder.path}/changed`;
  const write = (nsPerMac: number) => Deno.writeTextFileSync(file, printArtefact(smallArtefact({ nsPerMac })));
  for (
    const settings of [
      { objectives: ["score", `-latency@file://${file}`] },
      { budgets: { latencies: [{ ms: 5, model: file }] } },
      { latencyModel: file, budgets: { latency: { ms: 5 } } },
    ]
  ) {
    write(1);
    const config = smallConfig(settings), identity = await searchIdentity(config);
    assert.match(identity[`file://${file}`]!, /^sha256 [0-9a-f]{16}$/);
    createRun(directory, config, { identity })[Symbol.dispose]();
    openRunForWriting(directory, { identity: await searchIdentity(config) })[Symbol.dispose]();
    write(2);
    const changed = await searchIdentity(config);
    assert.throws(() => openRunForWriting(directory, { identity: changed }), RunChangedError);
    Deno.removeSync(directory, { recursive: true });
  }
});

Deno.test("paths of artefacts are relative to the file that names them", async () => {
  const yaml = `${folder.path}/mine.yaml`;
  Deno.writeTextFileSync(
    yaml,
    [
      "preset: zen-cifar-params1M",
      "budgets: { latencies: [{ ms: 2, model: device.json }] }",
      "latencyModel: device.json",
      "objectives: [score, -latency@device.json, -params]",
    ].join("\n"),
  );
  const config = await loadConfig(yaml);
  assert.deepEqual(config.budgets.latencies, [{ ms: 2, model: url }]);
  assert.deepEqual([config.latencyModel, config.objectives?.[1]], [url, `-latency@${url}`]);
});

Deno.test("what is no artefact, and one for other images, is named; a look at a budget needs no file", () => {
  const broken = `${folder.path}/broken.json`;
  for (const text of ["{", "{}", printArtefact(artefact).replace("made up", "another")]) {
    Deno.writeTextFileSync(broken, text);
    assert.throws(() => latencyModels(smallConfig({ latencyModel: broken })), ConfigError, text.slice(0, 9));
  }
  assert.throws(
    () => latencyModels(smallConfig({ latencyModel: path, resolution: 64 })),
    /images of 64, got one for images of 32/,
  );
  assert.throws(
    () => latencyModels(smallConfig({ latencyModel: "https://x.test/a.json" })),
    /the file of a calibration/,
  );
  assert.throws(() => latencyModels(smallConfig({ latencyModel: `${folder.path}/none.json` })), /none\.json/);
  assert.equal(budgetsOf(smallConfig({ latencyModel: "none.json" })).length, 1);
});
