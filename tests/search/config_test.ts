import assert from "node:assert/strict";
import { ConfigError, parseConfig, parseSpace } from "@zennas/zennas";

const initialStructure = "SuperConvK3BNRELU(3,8,1,1)";
const settings = { proxy: "zen", space: "XXBL", initialStructure, resolution: 32, classes: 10 };

/** The lines of a ConfigError's message. */
function linesOf(action: () => unknown): readonly string[] {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof ConfigError, String(error));
    assert.ok(error.cause);
    return error.message.split("\n");
  }
  assert.fail("accepted");
}

Deno.test("defaults are those of the published searches", () => {
  assert.deepEqual(parseConfig(settings), {
    ...settings,
    repeats: 1,
    gamma: 0.01,
    batch: 64,
    costs: "true",
    budgets: {},
    population: 512,
    window: 16,
    maxProposals: 480_000,
    timeout: 1800,
    seed: 1,
    squeezeExcite: false,
  });
});

Deno.test("a configuration parses to itself, also by way of JSON", () => {
  const config = parseConfig({ ...settings, maxEvaluations: 5, budgets: { latency: { ms: 0.3 } } });
  assert.deepEqual(parseConfig(config), config);
  assert.deepEqual(parseConfig(JSON.parse(JSON.stringify(config))), config);
});

Deno.test("both cost models have a name, also where YAML reads `true` as a boolean", () => {
  assert.equal(parseConfig({ ...settings, costs: true }).costs, "true");
  assert.equal(parseConfig({ ...settings, costs: "true" }).costs, "true");
  assert.equal(parseConfig({ ...settings, costs: "reference" }).costs, "reference");
});

Deno.test("every problem has a line with its path, what was expected and what was found", () => {
  const wrong = {
    proxy: 5,
    space: "",
    resolution: "32",
    classes: 0,
    gamma: -1,
    costs: false,
    seed: 1.5,
    batch: null,
    squeezeExcite: "yes",
    budgets: { params: "many", layers: 2.5, latency: { ms: 0, precision: "fp16" } },
  };
  assert.deepEqual(linesOf(() => parseConfig(wrong, "my.yaml")), [
    "Cannot use my.yaml:",
    "  proxy: expected a name, got 5",
    "  gamma: expected a positive number, got -1",
    "  batch: expected a positive integer, got null",
    '  space: expected a name, got ""',
    "  initialStructure: expected a structure string, got nothing",
    "  costs: expected true or reference, got false",
    "  budgets.layers: expected a positive integer, got 2.5",
    '  budgets.params: expected a positive number, got "many"',
    "  budgets.latency.ms: expected a positive number, got 0",
    '  budgets.latency.precision: expected f32, f16, dynamic or int8, got "fp16"',
    "  seed: expected a non-negative integer, got 1.5",
    '  resolution: expected a positive integer, got "32"',
    "  classes: expected a positive integer, got 0",
    '  squeezeExcite: expected true or false, got "yes"',
  ]);
});

Deno.test("an unknown key is named with the keys that exist", () => {
  const lines = linesOf(() =>
    parseConfig({ ...settings, populaton: 5, budgets: { parms: 1, latency: { ms: 1, of: 2 } } })
  );
  assert.deepEqual(lines.toSorted(), [
    "  budgets.latency.of: expected no such key but one of ms, batch, precision, got 2",
    "  budgets.parms: expected no such key but one of layers, params, flops, macs, peakMemoryBytes, latency, latencies, got 1",
    "  populaton: expected no such key but one of preset, modules, proxy, variant, objectives, cascade, race, repeats, gamma, favouredSize, batch, space, initialStructure, " +
    "costs, budgets, latencyModel, population, crossover, window, maxProposals, maxEvaluations, patience, maxSeconds, timeout, seed, resolution, classes, squeezeExcite, got 5",
    "Cannot use settings:",
  ]);
});

Deno.test("a configuration that is no mapping, and a structure that does not parse, say so", () => {
  assert.deepEqual(linesOf(() => parseConfig([1])), [
    "Cannot use settings:",
    "  expected a mapping of settings, got [1]",
  ]);
  assert.match(
    linesOf(() => parseConfig({ ...settings, initialStructure: "Nonsense(3,8)" }))[1]!,
    /^ {2}initialStructure: expected a structure string \(.+\), got "Nonsense\(3,8\)"$/,
  );
});

Deno.test("a space's data are checked, its block types among them", () => {
  const lines = linesOf(() =>
    parseSpace({ families: [["SuperResK3K3", "SuperResK9K9"], []], layerReach: -1 }, "s.yaml")
  );
  assert.equal(lines[0], "Cannot use s.yaml:");
  assert.equal(lines[1], "  name: expected a name, got nothing");
  assert.match(
    lines[2]!,
    /^ {2}families\.0\.1: expected a block type with arguments 8,8,1,8,1 \(.*SuperResK9K9.*\), got "Super/,
  );
  assert.equal(lines[3], "  families.1: expected at least one block type, got []");
  assert.equal(lines[4], "  layerReach: expected an integer from 0 to 100, got -1");
});

Deno.test("every number of a space's data, and the length of every list, has bounds", () => {
  const least = { name: "s", families: [["SuperResK3K3"]] }, many = Array(101).fill("SuperConvK3BNRELU");
  const channels = "an integer from 1 to 65536", factor = "a factor from 1/65536 to 65536";
  const refused: readonly (readonly [data: object, path: string, expected: string])[] = [
    [{ layerReach: 101 }, "layerReach", "an integer from 0 to 100"],
    [{ layerReach: 0.5 }, "layerReach", "an integer from 0 to 100"],
    ...["channelMultiple", "minChannels", "maxChannels"].flatMap((key) =>
      [0, -8, 1.5, 65_537].map((value) => [{ [key]: value }, key, channels] as const)
    ),
    ...[0, -1, 1e-5, 65_537, Infinity].map((value) =>
      [{ channelFactors: [1, value] }, "channelFactors.1", factor] as const
    ),
    [{ channelFactors: Array(21).fill(1) }, "channelFactors", "at most 20 factors"],
    [{ families: Array(101).fill(["SuperResK3K3"]) }, "families", "at most 100 families"],
    [{ families: [Array(101).fill("SuperResK3K3")] }, "families.0", "at most 100 block types"],
    [{ fixed: many }, "fixed", "at most 100 block types"],
    [{ minChannels: 32, maxChannels: 16 }, "maxChannels", "at least minChannels, 32"],
  ];
  for (const [data, path, expected] of refused) {
    assert.throws(() => parseSpace({ ...least, ...data }), (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      assert.deepEqual(error.problems.map((problem) => [problem.path, problem.expected]), [[path, expected]]);
      return true;
    });
  }
  assert.throws(
    () => parseSpace({ ...least, families: [["BN(8)SuperResK3K3"]] }),
    /families\.0\.0: expected a block type .*letters and digits alone\), got "BN\(8\)/,
  );
  const most = { layerReach: 100, channelMultiple: 65_536, minChannels: 65_536, maxChannels: 65_536 };
  const longest = { families: Array(100).fill(least.families[0]), fixed: many.slice(1) };
  const data = { ...least, ...most, ...longest, channelFactors: [...Array(19).fill(1 / 65_536), 65_536] };
  assert.deepEqual(parseSpace(data), data);
});

Deno.test("objectives are at least two, each once, beside one proxy and no race; a crossover is a probability", () => {
  const problem = (over: object) => linesOf(() => parseConfig({ ...settings, ...over })).slice(1).join("\n");
  const objectives = ["score", "-params", "zen:paper", "-latency@a/b.json"];
  assert.deepEqual(parseConfig({ ...settings, objectives, crossover: 0.5 }).objectives, objectives);
  for (const crossover of [0, 1]) assert.equal(parseConfig({ ...settings, crossover }).crossover, crossover);
  for (const crossover of [-0.1, 1.1, "1"]) {
    assert.match(problem({ crossover }), /crossover: expected a number from 0 to 1/);
  }
  for (const odd of ["", "--params", "a b", "-", "5", "zen:"]) {
    assert.match(problem({ objectives: ["score", odd] }), /objectives.1: expected an objective such as score/, odd);
  }
  assert.match(problem({ objectives: ["score"] }), /objectives: expected at least two objectives/);
  assert.match(problem({ objectives: ["params", "-params"] }), /objectives: expected each objective once/);
  assert.match(problem({ objectives: "abcdefghi".split("") }), /objectives: expected at most 8/);
  assert.match(
    problem({ objectives, proxy: ["zen", "naswot"] }),
    /proxy: expected one, as several objectives name the others/,
  );
  assert.match(problem({ objectives, race: { share: 0.5 } }), /race: expected none beside several objectives/);
});
