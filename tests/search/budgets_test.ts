import assert from "node:assert/strict";
import {
  budgetsOf,
  budgetUses,
  countLayers,
  excessOf,
  MissingLatencyModelError,
  parseConfig,
  parseStructure,
  printStructure,
  referenceCost,
  type SearchConfig,
  trueCost,
} from "@zennas/zennas";
import { initial, journalOf, smallSearch } from "./search_case.ts";

const form = { classes: 100, resolution: 32, squeezeExcite: true };

function config(settings: object): SearchConfig {
  const initialStructure = printStructure(initial);
  return parseConfig({ proxy: "zen", space: "XXBL", initialStructure, ...form, ...settings });
}

Deno.test("budgets are measured on the network as trained, cheap ones first", () => {
  const budgets = { peakMemoryBytes: 5, macs: 4, flops: 3, params: 2, layers: 1, latency: { ms: 6 } };
  const { parameters, macs, peakActivationBytes } = trueCost(initial, form);
  const reference = referenceCost(initial, form);
  const measured = (costs: string) =>
    budgetsOf(config({ budgets, costs }), { latencyMs: () => 7 })
      .map(({ name, limit, measure }) => [name, limit, measure(initial)]);
  assert.deepEqual(measured("true"), [
    ["layers", 1, countLayers(initial)],
    ["params", 2, parameters],
    ["flops", 3, macs],
    ["macs", 4, macs],
    ["peakMemoryBytes", 5, peakActivationBytes],
    ["latencyMs", 6, 7],
  ]);
  assert.deepEqual(measured("reference").slice(1, 4), [["params", 2, reference.parameters], [
    "flops",
    3,
    reference.macs,
  ], ["macs", 4, macs]]);
  assert.notEqual(reference.parameters, parameters);
});

Deno.test("a limit itself is within the budget, and the first excess is told", () => {
  const layers = countLayers(initial);
  assert.equal(excessOf(initial, budgetsOf(config({ budgets: { layers } }))), undefined);
  const tight = budgetsOf(config({ budgets: { layers: layers - 1, params: 1 } }));
  assert.deepEqual(excessOf(initial, tight), { budget: "layers", value: layers, limit: layers - 1 });
});

Deno.test("what a structure takes of each budget is told with how it was counted", () => {
  const budgets = { layers: 100, params: 2, flops: 3, macs: 4, latency: { ms: 6 } };
  const { parameters, macs } = trueCost(initial, form), reference = referenceCost(initial, form);
  const uses = (costs: string, models = {}) =>
    budgetUses(initial, config({ budgets, costs }), models).map((
      { budget, value, limit, counted },
    ) => [budget, value, limit, counted]);
  const layers = ["layers", countLayers(initial), 100, "true"], exact = ["macs", macs, 4, "true"];
  assert.deepEqual(uses("true"), [layers, ["params", parameters, 2, "true"], ["flops", macs, 3, "true"], exact]);
  assert.deepEqual(uses("reference", { latencyMs: () => 7 }), [
    layers,
    ["params", reference.parameters, 2, "reference"],
    ["flops", reference.macs, 3, "reference"],
    exact,
    ["latencyMs", 7, 6, "true"],
  ]);
});

Deno.test("budgets of predicted latency each ask their own model, and have its file's name", () => {
  const latencies = [{ ms: 2, model: "file:///x/a.json" }, { ms: 3, model: "b.json" }];
  const settings = config({ budgets: { layers: 1, latencies } });
  const modelMs = (model: string) => () => model.length;
  const told = budgetUses(initial, settings, { modelMs }).slice(1);
  assert.deepEqual(told.map(({ budget, value, limit }) => [budget, value, limit]), [
    ["latencyMs@a.json", 16, 2],
    ["latencyMs@b.json", 6, 3],
  ]);
  assert.equal(
    excessOf(initial, budgetsOf(config({ budgets: { latencies } }), { modelMs }))!.budget,
    "latencyMs@a.json",
  );
  assert.deepEqual(budgetUses(initial, settings).map(({ budget }) => budget), ["layers"]);
  assert.throws(() => budgetsOf(settings), /without a latency model: got a limit of 2 ms an image by file:.*a.json$/);
});

Deno.test("a latency budget needs a latency model", () => {
  assert.throws(
    () => budgetsOf(config({ budgets: { latency: { ms: 0.1 } } })),
    new MissingLatencyModelError({ ms: 0.1, batch: 64, precision: "f16" }),
  );
  assert.match(
    new MissingLatencyModelError({ ms: 0.1, batch: 64, precision: "f16" }).message,
    /^Cannot search under a latency budget without a latency model: got a limit of 0.1 ms an image at batch 64 in f16$/,
  );
});

Deno.test("every accepted candidate is within every budget, under either cost model", async () => {
  for (const costs of ["true", "reference"]) {
    const limits = { layers: 9, params: 250_000, flops: 3e7, macs: 3e7, peakMemoryBytes: 400_000 };
    const settings = config({ costs, budgets: limits, squeezeExcite: false });
    const { journal, outcome } = await journalOf(smallSearch({ budgets: budgetsOf(settings), maxProposals: 400 }));
    assert.ok(outcome.counts.scored > 20, JSON.stringify(outcome.counts));
    const broken = new Set(journal.map((proposal) => proposal.verdict === "over-budget" ? proposal.budget : ""));
    assert.ok(broken.has("layers") && broken.has("params"), [...broken].join());
    for (const { verdict, structure } of journal) {
      if (verdict !== "scored") continue;
      const tree = parseStructure(structure);
      const truth = trueCost(tree, { classes: 100, resolution: 32 });
      const { parameters, macs } = costs === "true" ? truth : referenceCost(tree, { classes: 100, resolution: 32 });
      assert.ok(countLayers(tree) <= limits.layers && parameters <= limits.params && macs <= limits.flops, structure);
      assert.ok(truth.macs <= limits.macs && truth.peakActivationBytes <= limits.peakMemoryBytes, structure);
    }
  }
});
