/** Several proxies as one. */
import assert from "node:assert/strict";
import {
  azNas,
  azNasRanking,
  combineProxies,
  ConfigError,
  layers,
  loadSearchProxy,
  parseConfig,
  parseStructure,
  printProxyTerm,
  type Proxy,
  proxyTerm,
  proxyTerms,
  rankedScores,
  scorerOf,
  type ScoreWithParts,
  searchProxy,
  teNasRank,
  UnknownProxyError,
  zen,
} from "@zennas/zennas";
import { oracleBackend } from "../graph/oracle_backend.ts";

const fields = { space: "XXBL", initialStructure: "SuperConvK3BNRELU(3,8,1,1)", resolution: 8, classes: 10, batch: 4 };
const config = (proxy: unknown, settings: object = {}) => parseConfig({ ...fields, ...settings, proxy });
const structure = parseStructure("SuperConvK3BNRELU(3,8,1,2)SuperResK3K3(8,16,2,8,1)");
const candidate = { index: 0, structure: "" };

/** A proxy without a network, whose score and parts are given. */
function fixed(name: string, value: number, over: Partial<Proxy> = {}): Proxy {
  return { ...layers, name, score: () => Promise.resolve({ value }), ...over };
}

const member = (proxy: Proxy, weight = 1) => ({ key: proxy.name, proxy, variant: proxy.variants[0], weight });

Deno.test("a combination's scores in a population are the weighted sums of ln(rank/m)", () => {
  const { ranking } = combineProxies([member(fixed("a", 0), 2), member(fixed("b", 0))]);
  const population = [{ a: 3, b: 10 }, { a: 1, b: 30 }, { a: 2, b: 30 }, { a: 4, b: 5 }];
  const ranks = [[3, 2], [1, 3.5], [2, 3.5], [4, 1]];
  const wanted = ranks.map(([a, b]) => 2 * Math.log(a! / 4) + Math.log(b! / 4));
  assert.deepEqual(rankedScores(population, ranking!), wanted);
});

Deno.test("AZ-NAS ranks its parts as published, and a combination of one such proxy as AZ-NAS does", () => {
  const parts = azNasRanking.parts;
  assert.deepEqual(parts, ["expressivity", "progressivity", "trainability", "complexity"]);
  const population = [[1, 5, 2, 2], [2, 4, 2, 1], [3, 3, 1, 3]].map((values) =>
    Object.fromEntries(parts.map((part, index) => [part, values[index]!]))
  );
  const wanted = [[1, 3, 2.5, 2], [2, 2, 2.5, 1], [3, 1, 1, 3]].map((ranks) =>
    ranks.reduce((sum, rank) => sum + Math.log(rank / 3), 0)
  );
  assert.deepEqual(rankedScores(population, azNasRanking), wanted);
  const { ranking } = combineProxies([member(azNas, 4)]);
  const prefixed = population.map((own) => Object.fromEntries(Object.entries(own).map(([k, v]) => [`az_nas.${k}`, v])));
  assert.deepEqual(rankedScores(prefixed, ranking!), wanted);
});

Deno.test("a proxy that ranks gives its ranked parts, which share its weight", async () => {
  const parts = { trainability: -7, regions: 9, largest: 70, smallest: 10 };
  const ranks = { ...fixed("te", 1), ranking: teNasRank.ranking!, score: () => Promise.resolve({ value: -7, parts }) };
  const combined = combineProxies([member(ranks), member(fixed("b", 5), 3)]);
  assert.deepEqual(combined.ranking!.parts, ["te.trainability", "te.regions", "b"]);
  assert.equal(combined.ranking!.combine([1, 2, 2], 2), 0.5 * Math.log(1 / 2));
  assert.equal(combined.ranking!.combine([2, 2, 1], 2), 3 * Math.log(1 / 2));
  const scorer = scorerOf(config(["zen", "params"]), { proxy: combined });
  const scored = await scorer(structure, candidate) as ScoreWithParts;
  assert.deepEqual(scored, { score: 0, parts: { "te.trainability": -7, "te.regions": 9, b: 5 } });
});

Deno.test("a candidate fails alone where one of the scores is not finite", async () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const combined = combineProxies([member(fixed("a", 1)), member(fixed("odd", value))]);
    await assert.rejects(scorerOf(config(["zen", "params"]), { proxy: combined })(structure, candidate), {
      name: "CandidateError",
      message: `Cannot rank a score of odd that is not finite: got ${value}`,
    });
  }
});

Deno.test("each score of a combination is what its proxy gives alone, in its variant, as the mean over repeats", async () => {
  const repeats = { repeats: 2 }, names = ["zen:paper=2", "naswot", "params", "zen"];
  const options = { backend: oracleBackend };
  const { score, parts } = await scorerOf(config(names, repeats), options)(structure, candidate) as ScoreWithParts;
  assert.equal(score, 0);
  const alone = async (proxy: string, variant?: string) =>
    await scorerOf(config(proxy, { ...repeats, variant }), options)(structure, candidate);
  assert.deepEqual(parts, {
    "zen:paper": await alone("zen", "paper"),
    naswot: await alone("naswot"),
    params: await alone("params"),
    zen: await alone("zen"),
  });
  assert.equal(await alone("zen:paper"), parts["zen:paper"]);
  assert.notEqual(parts["zen:paper"], parts.zen);
});

Deno.test("a combination needs what its proxies need", () => {
  const both = combineProxies([member(zen), member(layers)]), free = combineProxies([member(layers)]);
  assert.deepEqual([both.needsBackend, free.needsBackend], [true, false]);
  assert.deepEqual([both.inputs, free.inputs], [zen.inputs, layers.inputs]);
  assert.equal(both.name, "zen,layers");
});

Deno.test("a proxy is written with a variant and a weight, neither of which is mistaken for a path", () => {
  const terms: readonly (readonly [text: string, name: string, variant?: string | undefined, weight?: number])[] = [
    ["zen", "zen"],
    ["zen:paper", "zen", "paper"],
    ["zen=2", "zen", undefined, 2],
    ["zen:paper=0.5", "zen", "paper", 0.5],
    ["zen=1e-3", "zen", undefined, 0.001],
    ["./a=b/own.ts", "./a=b/own.ts"],
    ["./a=b.ts", "./a=b.ts"],
    ["./a=b/own.ts=3", "./a=b/own.ts", undefined, 3],
    ["https://host.org/x/own.ts", "https://host.org/x/own.ts"],
    ["file:///x/own.mjs:signed=2", "file:///x/own.mjs", "signed", 2],
    ["C:\\x\\own.ts=2", "C:\\x\\own.ts", undefined, 2],
  ];
  for (const [text, name, variant, weight] of terms) {
    const term = proxyTerm(text);
    assert.deepEqual([term.name, term.variant, term.weight], [name, variant, weight], text);
    assert.deepEqual(proxyTerm(printProxyTerm(term)), term, text);
  }
  assert.deepEqual(proxyTerms(config(["zen=2", "params"])).map(({ name }) => name), ["zen", "params"]);
  assert.deepEqual(proxyTerms(config("zen")), [proxyTerm("zen")]);
});

Deno.test("proxies that cannot be combined are refused with the setting's path", () => {
  const refused: readonly (readonly [proxy: unknown, path: string, message: RegExp, settings?: object])[] = [
    [["zen", "naswot=0"], "proxy.1", /a weight above 0 behind =, got "naswot=0"/],
    [["zen=-1", "naswot"], "proxy.0", /a weight above 0/],
    [["zen=two", "naswot"], "proxy.0", /a weight above 0/],
    [["zen=", "naswot"], "proxy.0", /a weight above 0/],
    [["zen=1e999", "naswot"], "proxy.0", /a weight above 0/],
    [["zen", ""], "proxy.1", /expected a name/],
    [["zen", 5], "proxy.1", /expected a name, got 5/],
    [[], "proxy", /at least one of proxies/],
    [{ zen: 2 }, "proxy", /expected a name/],
    ["zen=2", "proxy", /no weight, as a single proxy is not combined, got "zen=2"/],
    [["zen", "naswot"], "variant", /none beside several proxies/, { variant: "paper" }],
    [["zen", "naswot"], "race", /none beside several proxies/, { race: { share: 0.5 } }],
  ];
  for (const [proxy, path, message, settings] of refused) {
    assert.throws(() => config(proxy, settings), (error: unknown) => {
      assert.ok(error instanceof ConfigError, String(error));
      assert.deepEqual(error.problems.map((problem) => problem.path), [path], JSON.stringify(proxy));
      assert.match(error.message, message);
      return true;
    });
  }
  assert.throws(() => searchProxy(config(["zen", "zen_"])), UnknownProxyError);
  assert.throws(() => searchProxy(config(["zen:paper", "naswot:paper"])), UnknownProxyError);
  for (const twice of [["zen", "naswot", "zen=2"], ["grad-norm", "grad_norm"]]) {
    assert.throws(() => searchProxy(config(twice)), /a name of its own for each proxy, got .* twice/);
  }
  assert.equal(config(["zen"]).proxy, "zen");
});

Deno.test("modules among several proxies are loaded", async () => {
  const module = `file://${Deno.cwd()}/examples/custom_proxy.ts`;
  const proxy = await loadSearchProxy(config([`${module}=2`, "params"]));
  assert.deepEqual(proxy.ranking!.parts, ["logit_spread", "params"]);
  assert.equal((await loadSearchProxy(config("zen"))).ranking, undefined);
  assert.deepEqual((await loadSearchProxy(config("zen:paper"))).variants, ["paper"]);
  await assert.rejects(loadSearchProxy(config([module, "none"])), UnknownProxyError);
});
