/** Objectives from a configuration to what measures and scores candidates. */
import assert from "node:assert/strict";
import {
  ConfigError,
  countLayers,
  objectivesOf,
  openCpu,
  parseConfig,
  parseStructure,
  referenceCost,
  registerObjective,
  type SearchConfig,
  trueCost,
} from "@zennas/zennas";
import { scorerOf, searchProxy } from "../../core/search/scorer.ts";

const initialStructure = "SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,2,8,1)";
const tree = parseStructure(initialStructure);

function config(objectives: readonly string[], over: object = {}): SearchConfig {
  const settings = { proxy: "params", space: "XXBL", initialStructure, resolution: 16, classes: 10, batch: 2 };
  return parseConfig({ ...settings, objectives, ...over });
}

Deno.test("costs are counted as budgets count them, by the cost model", () => {
  const form = { resolution: 16, classes: 10, squeezeExcite: false, residualLinks: true };
  const names = ["score", "-params", "-flops", "layers", "-macs", "-peakMemoryBytes"];
  for (const costs of ["true", "reference"] as const) {
    const truth = trueCost(tree, form), priced = costs === "true" ? truth : referenceCost(tree, form);
    const objectives = objectivesOf(config(names, { costs }))!;
    assert.deepEqual(objectives.map(({ minimise }) => minimise), [false, true, true, false, true, true]);
    const values = objectives.map(({ measure }) => measure?.(tree));
    const counted = [priced.parameters, priced.macs, countLayers(tree), truth.macs, truth.peakActivationBytes];
    assert.deepEqual(values, [undefined, ...counted]);
  }
  assert.equal(objectivesOf({ ...config(names), objectives: undefined }), undefined);
});

Deno.test("scores of other proxies come as parts under the names of the objectives, in every repeat's mean", async () => {
  const settings = config(["score", "grad-norm", "-mae_det", "layers"], { repeats: 2 });
  await using backend = await openCpu();
  const result = await scorerOf(settings, { backend })(tree, { index: 0, structure: initialStructure });
  assert.ok(typeof result === "object" && "parts" in result);
  assert.deepEqual(Object.keys(result.parts), ["grad-norm", "mae_det"]);
  const alone = async (proxy: string) =>
    await scorerOf(config(["score", "-params"], { proxy, repeats: 2 }), { backend })(tree, { index: 0, structure: "" });
  assert.deepEqual(result.score, await alone("params"));
  assert.deepEqual(result.parts, { "grad-norm": await alone("grad-norm"), mae_det: await alone("mae_det") });
  assert.deepEqual([searchProxy(settings).needsBackend, searchProxy(config(["score", "-flops"])).needsBackend], [
    true,
    false,
  ]);
});

Deno.test("what is no objective is named", () => {
  const refuse = (objectives: readonly string[], over?: object) => {
    try {
      const settings = config(objectives, over);
      searchProxy(settings);
      objectivesOf(settings);
    } catch (error) {
      assert.ok(error instanceof ConfigError, String(error));
      return error.message;
    }
    return assert.fail(`accepted ${objectives}`);
  };
  assert.match(
    refuse(["score", "nothing"]),
    /objectives: expected score, params, .*, or a proxy .*got nothing.*, got score,nothing/,
  );
  assert.match(refuse(["score", "az-nas"]), /objectives: expected scores that do not rank .*az_nas/);
  assert.match(
    refuse(["score", "-params"], { proxy: "az-nas" }),
    /objectives: expected scores that do not rank .*az_nas/,
  );
  assert.match(refuse(["score", "-params@x"]), /objectives.1: expected one of latency before an @, got params@x/);
  assert.match(refuse(["score", "naswot:odd"]), /variant of naswot/);
});

Deno.test("a registered kind of objective is given what stands behind the @, and its name cannot be taken again", () => {
  const kind = {
    name: "scaled",
    measureFor: ({ classes }: SearchConfig, factor = "1") => () => classes * Number(factor),
  };
  registerObjective(kind);
  registerObjective(kind);
  const measured = objectivesOf(config(["score", "-scaled@3", "scaled@0.5", "scaled"]))!;
  assert.deepEqual(measured.map(({ name, measure }) => [name, measure?.(tree)]), [
    ["score", undefined],
    ["scaled@3", 30],
    ["scaled@0.5", 5],
    ["scaled", 10],
  ]);
  for (const name of ["scaled", "params", "score", ""]) {
    assert.throws(() => registerObjective({ ...kind, name }), RangeError);
  }
  assert.throws(() => objectivesOf(config(["score", "params@x"])), /expected one of latency, scaled before an @/);
});
