/** Every flag of `zen search`, `zen score` and `zen runs resume` beside what it sets. */
import assert from "node:assert/strict";
import type { Command } from "commander";
import { zooEntry } from "@zennas/zennas";
import { taskOf } from "../../cli/actions/score.ts";
import { configOf } from "../../cli/actions/search.ts";
import type { ScoreOptions } from "../../cli/commands/score.ts";
import type { SearchOptions } from "../../cli/commands/search.ts";
import { trainSettingsFrom } from "../../cli/training/setting_options.ts";
import { createProgram } from "../../cli/program.ts";

import { zenJson } from "./zen.ts";

const STRUCTURE = "SuperConvK3BNRELU(3,8,1,1)";
const MODULES = ["space", "block"].map((name) => import.meta.resolve(`../../examples/custom_${name}.ts`));
const ZOO_NETWORK = "zennet_cifar10_model_size1M_res32";

/** What a flag with its arguments sets: values by path. */
type Effects = Readonly<Record<string, unknown>>;
/** Effects by flag and its arguments, such as `--seed 7`. */
type Table = Readonly<Record<string, Effects>>;

/** Flags that a command does not compute with, and those that choose the device; how they parse. */
const printing: Table = { "--json": { json: true }, "--quiet": { quiet: true } };
const top: Table = { "--top 7": { top: 7 } };
const device: Table = {
  "--device webgpu:1": { device: "webgpu:1" },
  "--precision f16": { precision: "f16" },
  "--workers 3": { workers: 3 },
};

/** The URL of a file in the working directory. */
const at = (path: string): string => `file://${Deno.cwd()}/${path}`;

const searchSettings: Table = {
  "--proxy naswot": { proxy: "naswot" },
  "--proxy naswot --proxy zen:paper=2": { proxy: ["naswot", "zen:paper=2"] },
  "--variant paper": { variant: "paper" },
  "--module examples/custom_space.ts --module ./examples/custom_block.ts": { modules: MODULES },
  "--objectives score,-params,-flops": { objectives: ["score", "-params", "-flops"] },
  "--objectives -params,zen:paper": { objectives: ["-params", "zen:paper"] },
  "--cascade mae_det:0.2,params:0.5,zen": {
    proxy: "zen",
    cascade: [{ proxy: "mae_det", share: 0.2 }, { proxy: "params", share: 0.5 }],
  },
  "--race": { race: { share: 0.125, confidence: 0.99 } },
  "--race 0.25": { race: { share: 0.25, confidence: 0.99 } },
  "--repeats 4": { repeats: 4 },
  "--gamma 0.02": { gamma: 0.02 },
  "--favoured-size 2,0.5": { favouredSize: { mean: 2, spread: 0.5 } },
  "--favoured-size 2": { favouredSize: { mean: 2, spread: 2 } },
  "--batch 65": { batch: 65 },
  "--space IDW_fixfc": { space: "IDW_fixfc" },
  [`--init ${STRUCTURE}`]: { initialStructure: STRUCTURE },
  [`--init ${ZOO_NETWORK}`]: { initialStructure: zooEntry(ZOO_NETWORK).structure },
  [`--init ${ZOO_NETWORK} --init ${STRUCTURE}`]: { initialStructure: [zooEntry(ZOO_NETWORK).structure, STRUCTURE] },
  "--costs true": { costs: "true" },
  "--max-layers 11": { "budgets.layers": 11 },
  "--max-params 5e5": { "budgets.params": 5e5 },
  "--max-flops 3e8": { "budgets.flops": 3e8 },
  "--max-macs 2e8": { "budgets.macs": 2e8 },
  "--max-memory 1e7": { "budgets.peakMemoryBytes": 1e7 },
  "--max-latency 2.5ms@device.json": { "budgets.latencies": [{ ms: 2.5, model: at("device.json") }] },
  "--max-latency 2@device.json --max-latency 4ms@/abs/b.json": {
    "budgets.latencies": [{ ms: 2, model: at("device.json") }, { ms: 4, model: "file:///abs/b.json" }],
  },
  "--latency-model device.json": { latencyModel: at("device.json") },
  "--objectives score,-latency@device.json": { objectives: ["score", `-latency@${at("device.json")}`] },
  "--population 100": { population: 100 },
  "--crossover 0.3": { crossover: 0.3 },
  "--window 12": { window: 12 },
  "--max-proposals 2000": { maxProposals: 2000 },
  "--max-evaluations 300": { maxEvaluations: 300 },
  "--patience 40": { patience: 40 },
  "--time 1h30m": { maxSeconds: 5400 },
  "--timeout 90": { timeout: 90 },
  "--seed 7": { seed: 7 },
  "--resolution 48": { resolution: 48 },
  "--classes 11": { classes: 11 },
  "--se": { squeezeExcite: true },
};

const searchOptions: Table = {
  "--preset my.yaml": { preset: "my.yaml" },
  "--out there": { out: "there" },
  ...top,
  ...device,
  ...printing,
};

const scoreSettings: Table = {
  "--proxy naswot": { "chosen.0.proxy": "naswot" },
  "--variant paper": { "chosen.0.variant": "paper" },
  "--resolution 48": { "form.resolution": 48 },
  "--classes 11": { "form.classes": 11 },
  "--se": { "form.squeezeExcite": true },
  "--reslink": { "form.residualLinks": true },
  "--batch 65": { "settings.batch": 65 },
  "--gamma 0.02": { "settings.gamma": 0.02 },
  "--favoured-size 2,0.5": { "settings.favouredSize": { mean: 2, spread: 0.5 } },
  "--repeats 4": { repeats: 4 },
  "--timeout 90": { timeout: 90 },
  "--seed 7": { "settings.seed": 7 },
  "--fill reference": { "settings.fill": "reference" },
  "--fill reference --reslink": {
    "settings.fill": "reference",
    "form.residualLinks": true,
    "settings.weights": "scaled",
  },
  "--labels modulo": { "settings.labels": "modulo" },
};

const scoreOptions: Table = {
  "--file list.txt": { file: "list.txt" },
  "--module examples/custom_block.ts": { module: ["examples/custom_block.ts"] },
  ...device,
  ...printing,
};

/** The command of this name, whose action only keeps what it was called with. */
function parsed<Options>(words: readonly string[], args: readonly string[]): { command: Command; options: Options } {
  const program = createProgram();
  const command = words.reduce<Command>(
    (outer, name) => outer.commands.find((inner) => inner.name() === name)!,
    program,
  );
  command.action(() => {});
  const needed = command.registeredArguments.filter(({ required }) => required).map((argument) => argument.name());
  program.parse([...words, ...needed, ...args], { from: "user" });
  return { command, options: command.opts() as Options };
}

/** The values in nested objects and arrays, by path; undefined is none, and functions are no settings. */
function leaves(value: unknown, path = ""): Map<string, unknown> {
  if (value === undefined || typeof value === "function") return new Map();
  if (typeof value !== "object" || value === null) return new Map([[path, value]]);
  return new Map(Object.entries(value).flatMap(([key, inner]) => [...leaves(inner, path ? `${path}.${key}` : key)]));
}

/** Requires that a row's effects are the values in `to`, and that nothing else differs from `from`. */
function requireEffects(
  [row, effects]: readonly [row: string, effects: Effects],
  { from, to }: { readonly from: object; readonly to: object },
): void {
  const wanted = new Map(Object.entries(effects).flatMap(([path, value]) => [...leaves(value, path)]));
  const before = leaves(from), after = leaves(to);
  for (const [path, value] of wanted) assert.equal(after.get(path), value, `${row}: ${path}`);
  // A list may stand where a single value stood.
  const inWanted = (path: string): boolean => [...wanted.keys()].some((one) => `${one}.`.startsWith(`${path}.`));
  for (const path of new Set([...before.keys(), ...after.keys()])) {
    if (!inWanted(path)) assert.equal(after.get(path), before.get(path), `${row} also changes ${path}`);
  }
}

/** Requires a row for each option of a command. */
function requireRows(command: Command, ...tables: readonly object[]): void {
  const rows = tables.flatMap((table) => Object.keys(table)).map((row) => row.split(" ")[0]);
  for (const { long } of command.options) assert.ok(rows.includes(long!), `${command.name()} ${long} has no row`);
}

/** Requires that each row parses to its effects. */
function requireOptions(words: readonly string[], table: Table): void {
  const from = parsed<object>(words, []).options;
  for (const row of Object.entries(table)) {
    requireEffects(row, { from, to: parsed<object>(words, row[0].split(" ")).options });
  }
}

Deno.test("every flag of zen search sets its setting to its value, and no other", async () => {
  const { command, options } = parsed<SearchOptions>(["search"], []);
  requireRows(command, searchSettings, searchOptions);
  requireOptions(["search"], searchOptions);
  const from = await configOf(options);
  for (const row of Object.entries(searchSettings)) {
    requireEffects(row, { from, to: await configOf(parsed<SearchOptions>(["search"], row[0].split(" ")).options) });
  }
});

Deno.test("zen search --preset is that preset", async () => {
  const config = await configOf(parsed<SearchOptions>(["search"], ["--preset", "zen-imagenet-flops400M"]).options);
  assert.equal(config.preset, "zen-imagenet-flops400M");
  assert.deepEqual(config.budgets, { layers: 14, flops: 400e6 });
});

Deno.test("every flag of zen score reaches what is scored, and changes nothing else", async () => {
  const words = ["score"];
  const { command, options } = parsed<ScoreOptions>(words, []);
  requireRows(command, scoreSettings, scoreOptions);
  requireOptions(words, scoreOptions);
  // Another proxy differs from the one before it in all that it is, so it is named alone.
  const named = ({ chosen, ...task }: Awaited<ReturnType<typeof taskOf>>) => ({
    ...task,
    chosen: chosen.map(({ proxy, variant }) => ({ proxy: proxy.name, variant })),
  });
  const from = named(await taskOf([STRUCTURE], options));
  for (const row of Object.entries(scoreSettings)) {
    const task = await taskOf([STRUCTURE], parsed<ScoreOptions>(words, row[0].split(" ")).options);
    requireEffects(row, { from, to: named(task) });
  }
});

Deno.test("zen score scores by the defaults of a search", async () => {
  const { settings, repeats } = await taskOf([STRUCTURE], parsed<ScoreOptions>(["score"], []).options);
  const { batch, gamma, seed, ...config } = await configOf(parsed<SearchOptions>(["search"], []).options);
  assert.deepEqual([settings.batch, settings.gamma, settings.seed, repeats], [batch, gamma, seed, config.repeats]);
});

Deno.test("every flag of a teacher reaches its setting, and zen train has none of them", () => {
  const words = ["distil"], given = ["--data", "d", "--teacher", "resnet18"];
  const settings: Table = {
    "--feature-weight 0.5": { featureWeight: 0.5 },
    "--logit-weight 0": { logitWeight: 0 },
    "--feature-ratio 4": { featureRatio: 4 },
    "--projection conv-relu": { projection: "conv-relu" },
    "--teacher-resolution 320": { teacherResolution: 320 },
  };
  const of = (row: string) => trainSettingsFrom(parsed<object>(words, [...given, ...row.split(" ")]).options);
  const from = trainSettingsFrom(parsed<object>(words, given).options);
  for (const row of Object.entries(settings)) requireEffects(row, { from, to: of(row[0]) });
  const flags = (name: string) =>
    createProgram().commands.find((one) => one.name() === name)!.options.map(({ long }) => long);
  const own = ["--teacher", "--teacher-weights", "--teacher-pretrained", "--checkpoints"];
  const taught = [...own, ...Object.keys(settings).map((row) => row.split(" ")[0])];
  assert.deepEqual(new Set(flags("distil")).difference(new Set(flags("train"))), new Set(taught));
});

Deno.test("the limits of zen runs resume replace those of the run", async () => {
  const root = await Deno.makeTempDir(), words = ["runs", "resume"];
  try {
    const options: Table = {
      "--root there": { root: "there" },
      "--module examples/custom_block.ts": { module: ["examples/custom_block.ts"] },
      ...top,
      "--accept-change": { acceptChange: true },
      ...device,
      ...printing,
    };
    const limits: Table = {
      "--max-proposals 9": { maxProposals: 9 },
      "--max-evaluations 7": { maxEvaluations: 7 },
      "--patience 8": { patience: 8 },
      "--time 2m": { maxSeconds: 120 },
      "--timeout 90": { timeout: 90 },
    };
    const { command } = parsed(words, []);
    requireRows(command, options, limits);
    requireOptions(words, options);
    const first = ["--max-proposals", "5", "--max-evaluations", "4", "--patience", "4", "--time", "1h"];
    await zenJson(["search", "--proxy", "params", "--population", "8", "--out", `${root}/run`, ...first]);
    for (const row of Object.entries(limits)) {
      const configOf = async () => (await zenJson(["runs", "show", "run", "--root", root])).at(-1).config;
      const from = await configOf();
      await zenJson([...words, "run", "--root", root, ...row[0].split(" ")]);
      requireEffects(row, { from, to: await configOf() });
    }
    assert.equal((await zenJson(["runs", "show", "run", "--root", root])).at(-1).evaluations, 7);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
});
