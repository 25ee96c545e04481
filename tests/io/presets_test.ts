import assert from "node:assert/strict";
import {
  budgetsOf,
  chainChannels,
  ConfigError,
  initialStructures,
  loadConfig,
  loadPreset,
  loadPresets,
  MissingLatencyModelError,
  mutate,
  parseStructure,
  presetNames,
  printStructure,
  publishedSpaces,
  Random,
  readConfigFile,
  type Structure,
  UntrustedModuleError,
} from "@zennas/zennas";
import structures from "../fixtures/structures.json" with { type: "json" };
import { TemporaryDirectory } from "./run_case.ts";

function initialStructure(name: string): string {
  const row = structures.find((structure) => "name" in structure && structure.name === name);
  assert.ok(row, name);
  return row.structure;
}

Deno.test("the presets are the files in core/search/presets, and all are valid", async () => {
  const files = [...Deno.readDirSync(new URL("../../core/search/presets/", import.meta.url))].map(({ name }) => name);
  assert.equal(presetNames.length, 18);
  assert.deepEqual(files.sort(), presetNames.map((name) => `${name}.yaml`).sort());
  const presets = await loadPresets();
  assert.deepEqual(presets.map(({ preset }) => preset), presetNames);
  for (const preset of presets) {
    assert.deepEqual([preset.population, preset.maxProposals, preset.gamma], [512, 480_000, 0.01]);
    assert.equal(preset.costs, "reference");
    assert.equal(preset.batch, preset.proxy === "naswot" ? 8 : 64);
  }
});

Deno.test("CIFAR presets", async () => {
  for (const proxy of ["zen", "flops", "grad-norm", "params", "random", "synflow", "te-nas", "naswot"]) {
    const config = await loadPreset(`${proxy}-cifar-params1M`);
    assert.deepEqual([config.proxy, config.space, config.resolution, config.classes], [proxy, "XXBL", 32, 100]);
    assert.deepEqual(config.budgets, { layers: 18, params: 1e6 });
    assert.equal(config.initialStructure, initialStructure("init_cifar"));
  }
  assert.deepEqual((await loadPreset("zen-cifar-params2M")).budgets, { layers: 20, params: 2e6 });
});

Deno.test("ImageNet presets", async () => {
  for (const [millions, layers] of [[400, 14], [600, 14], [800, 16]] as const) {
    const config = await loadPreset(`zen-imagenet-flops${millions}M`);
    assert.deepEqual([config.proxy, config.space, config.resolution, config.classes], ["zen", "IDW_fixfc", 224, 1000]);
    assert.deepEqual(config.budgets, { layers, flops: millions * 1e6 });
    assert.equal(config.initialStructure, initialStructure("init_imagenet_flops"));
  }
  for (const [ms, layers] of [[0.1, 10], [0.2, 13], [0.3, 16], [0.5, 20], [0.8, 25], [1.2, 30]] as const) {
    const config = await loadPreset(`zen-imagenet-latency${ms}ms`);
    assert.deepEqual([config.proxy, config.space, config.resolution, config.classes], ["zen", "XXBL", 224, 1000]);
    assert.deepEqual(config.budgets, { layers, latency: { ms, batch: 64, precision: "f16" } });
    const published = parseStructure(initialStructure("init_imagenet_latency")), space = publishedSpaces.XXBL;
    assert.equal(config.initialStructure, printStructure(chainChannels(published)));
    const [chained] = initialStructures(config);
    const mutant = (structure: Structure, draw: number): string =>
      printStructure(mutate(structure, new Random(1, draw), { space, replacements: 1 }));
    for (let draw = 0; draw < 50; draw++) assert.equal(mutant(published, draw), mutant(chained!, draw));
    assert.throws(() => budgetsOf(config), MissingLatencyModelError);
  }
});

Deno.test("an unknown preset is named with those that exist", async () => {
  await assert.rejects(loadPreset("zen-cifar"), (error: unknown) => {
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, /preset: expected one of zen-cifar-params1M, .*, got zen-cifar$/);
    return true;
  });
});

Deno.test("a user's file lies over its preset, and flags over the file", async () => {
  using temporary = new TemporaryDirectory();
  const path = `${temporary.path}/mine.yaml`;
  Deno.writeTextFileSync(
    path,
    "preset: zen-cifar-params2M\nspace: ./space.yaml\nseed: 5\nclasses: 10\nbudgets:\n  layers: 12\n  macs: 1e8\n",
  );
  const config = await loadConfig(path, { seed: 6, budgets: { macs: 2e8 }, maxEvaluations: undefined });
  assert.deepEqual(config, {
    ...(await loadPreset("zen-cifar-params2M")),
    space: `file://${temporary.path}/space.yaml`,
    seed: 6,
    classes: 10,
    budgets: { layers: 12, params: 2e6, macs: 2e8 },
  });
});

Deno.test("budgets that are no mapping are refused wherever they stand, and are not hidden by those over them", async () => {
  using temporary = new TemporaryDirectory();
  const path = `${temporary.path}/mine.yaml`;
  for (
    const [text, got] of [["budgets: 5", /got 5$/], ["budgets: [1e6]", /got \[1000000\]$/], [
      "budgets:",
      /got null$/,
    ]] as const
  ) {
    Deno.writeTextFileSync(path, `preset: zen-cifar-params1M\n${text}\n`);
    for (const over of [{}, { budgets: {} }, { budgets: { macs: 2e8 } }]) {
      const refusal = await loadConfig(path, over).then(() => assert.fail(text), (error: unknown) => error);
      assert.ok(refusal instanceof ConfigError);
      assert.deepEqual(refusal.problems.map(({ path: at, expected }) => [at, expected]), [[
        "budgets",
        "a mapping of budgets",
      ]]);
      assert.match(refusal.message, got);
    }
  }
  for (const budgets of [5, [1e6], "1M", null]) {
    await assert.rejects(
      loadPreset("zen-cifar-params1M", { budgets }),
      /\n {2}budgets: expected a mapping of budgets, got /,
    );
  }
});

Deno.test("settings that are undefined leave what is below them, budgets too", async () => {
  const preset = await loadPreset("zen-cifar-params1M");
  const undefinedOver = { seed: undefined, budgets: { params: undefined, macs: undefined } };
  assert.deepEqual(await loadPreset("zen-cifar-params1M", undefinedOver), preset);
  assert.deepEqual(await loadPreset("zen-cifar-params1M", { budgets: undefined }), preset);
});

Deno.test("a space's path in flags is relative to the working directory", async () => {
  const { space } = await loadPreset("zen-cifar-params1M", { space: "examples/custom_space.yaml" });
  assert.equal(space, `file://${Deno.cwd()}/examples/custom_space.yaml`);
});

Deno.test("of several proxies those in modules are located, variants and weights kept", async () => {
  using temporary = new TemporaryDirectory();
  const path = `${temporary.path}/mine.yaml`;
  Deno.writeTextFileSync(path, "preset: zen-cifar-params1M\nproxy: [zen:paper=2, ./own.ts:signed=0.5, ../other.js]\n");
  const own = `file://${temporary.path}/own.ts:signed=0.5`, other = new URL("../other.js", `file://${path}`).href;
  const { proxy } = (await readConfigFile(path)).settings as { readonly proxy: unknown };
  assert.deepEqual(proxy, ["zen:paper=2", own, other]);
  const over = await loadPreset("zen-cifar-params1M", { proxy: ["examples/custom_proxy.ts=3", "params"] });
  assert.deepEqual(over.proxy, [`file://${Deno.cwd()}/examples/custom_proxy.ts=3`, "params"]);
  await assert.rejects(loadConfig(path), (error: unknown) => {
    assert.ok(error instanceof UntrustedModuleError);
    assert.ok(error.message.endsWith(`got file://${temporary.path}/own.ts, ${other}`), error.message);
    return true;
  });
});

Deno.test("a user's file that is wrong names itself", async () => {
  using temporary = new TemporaryDirectory();
  const path = `${temporary.path}/mine.yaml`;
  const rejected = async (text: string, message: RegExp) => {
    Deno.writeTextFileSync(path, text);
    await assert.rejects(loadConfig(path), (error: unknown) => {
      assert.ok(error instanceof ConfigError, String(error));
      assert.match(error.message, /^Cannot use .*mine\.yaml:\n/);
      assert.match(error.message, message);
      return true;
    });
  };
  await assert.rejects(
    loadConfig(`${temporary.path}/none.yaml`),
    /^FileError: Cannot read .*none\.yaml as the system says: no such file/,
  );
  await rejected("proxy: [zen", /expected YAML, got .*line 1/s);
  await rejected("- 1\n", /expected a mapping of settings, got \[1\]/);
  await rejected("preset: zen-cifar-params1M\npopulation: big\n", /population: expected a positive integer, got "big"/);
});
