/** Counts of blocks are kept between calls; a count kept for one form must not answer for another. */
import assert from "node:assert/strict";
import {
  budgetsOf,
  type NetworkForm,
  networkForm,
  parseConfig,
  parseStructure,
  referenceCost,
  type SearchConfig,
  trueCost,
} from "@zennas/zennas";

const TEXT =
  "SuperConvK3BNRELU(3,8,1,1)SuperResIDWE2K3(8,16,2,8,2)SuperResK3K3(16,32,2,16,2)SuperConvK1BNRELU(32,64,1,1)";
const base = { classes: 10, resolution: 32, squeezeExcite: false, residualLinks: true, batchNorm: true };
const forms: readonly NetworkForm[] = [
  base,
  { ...base, squeezeExcite: true },
  { ...base, residualLinks: false },
  { ...base, batchNorm: false },
  { ...base, resolution: 16 },
  { ...base, resolution: 33 },
  { ...base, classes: 100 },
];
const name = (form: NetworkForm) => JSON.stringify(form);

/** What a structure costs in a form when nothing was counted before. */
const fresh = (form: NetworkForm) => trueCost(parseStructure(TEXT), form);

Deno.test("each switch of a form, its resolution and its classes change what a network costs", () => {
  const costs = forms.map((form) => JSON.stringify(fresh(form)));
  assert.equal(new Set(costs).size, forms.length, costs.join("\n"));
});

Deno.test("a structure's costs are those of the form that is asked for, whatever form was asked for before", () => {
  for (const first of forms) {
    for (const second of forms) {
      const structure = parseStructure(TEXT), where = `${name(first)}, then ${name(second)}`;
      trueCost(structure, first);
      assert.deepEqual(trueCost(structure, second), fresh(second), where);
      referenceCost(structure, first);
      assert.deepEqual(referenceCost(structure, second), referenceCost(parseStructure(TEXT), second), where);
      assert.deepEqual(trueCost(structure, first), fresh(first), `${where}, then the first again`);
    }
  }
});

Deno.test("a block that stands in two places of a structure is counted in each", () => {
  const [stem, block] = parseStructure("SuperConvK3BNRELU(3,16,1,1)SuperResK3K3(16,16,2,8,1)").blocks;
  const apart = parseStructure("SuperConvK3BNRELU(3,16,1,1)SuperResK3K3(16,16,2,8,1)SuperResK3K3(16,16,2,8,1)");
  assert.deepEqual(trueCost({ blocks: [stem!, block!, block!] }, base), trueCost(apart, base));
});

Deno.test("budgets of several configurations measure one structure each in its own form", () => {
  const limits = { params: 1, flops: 1, macs: 1, peakMemoryBytes: 1 };
  const common = { proxy: "zen", space: "XXBL", initialStructure: TEXT, classes: 10, resolution: 32, budgets: limits };
  const configOf = (own: object): SearchConfig => parseConfig({ ...common, ...own });
  const reference = { costs: "reference" }, squeezed = { squeezeExcite: true };
  const settings = [{}, squeezed, { resolution: 16 }, { classes: 100 }, reference, { ...reference, ...squeezed }];
  const configs = settings.map(configOf);
  const expected = (config: SearchConfig) => {
    const form = networkForm(config), { parameters, macs, peakActivationBytes } = fresh(form);
    const counted = referenceCost(parseStructure(TEXT), form);
    const [first, second] = config.costs === "reference" ? [counted.parameters, counted.macs] : [parameters, macs];
    return [first, second, macs, peakActivationBytes];
  };
  assert.equal(new Set(configs.map((config) => expected(config).join())).size, configs.length);
  for (const order of [configs, configs.toReversed()]) {
    const structure = parseStructure(TEXT);
    for (const config of order) {
      assert.deepEqual(budgetsOf(config).map(({ measure }) => measure(structure)), expected(config));
    }
  }
});
