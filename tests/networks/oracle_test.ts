/** Lowered networks in float64 against the published code's numbers (shared reference values, filled by name). */
import assert from "node:assert/strict";
import { evaluate, filledInput, fillingRules, lowerStructure, parseStructure, zooEntry } from "@zennas/zennas";
import { feeds, graphOf, lowered } from "./networks.ts";

const SMALL = "SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)SuperResK3K3(16,32,2,16,1)SuperResK3K3(32,64,2,32,1)" +
  "SuperResK3K3(64,64,2,32,1)SuperConvK1BNRELU(64,128,1,1)";

const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const assertNear = (actual: number, expected: number, tolerance: number): void =>
  assert(Math.abs(actual - expected) <= tolerance * Math.abs(expected), `${actual} is not near ${expected}`);

/** log Δ and the batch normalisations' part of the Zen-score, for inputs that are 0.01 apart. */
function zenTerms(text: string, options: { classes: number; resolution: number; batch: number }) {
  const form = { ...options, residualLinks: false }, clean = lowered(text, { ...form, mode: "train" });
  const { builder, network } = clean, norms = [...network.norms], shape = builder.shape(clean.input);
  const noise = builder.add("input", [], { name: "input2", shape });
  const input = builder.add("add", [clean.input, builder.add("affine", [noise], { scale: 0.01, shift: 0 })], {});
  const noisy = lowerStructure(parseStructure(text), network, { ...form, input });
  const delta = builder.add("sum_abs_difference", [clean.features, noisy.features], {});
  const variances = network.norms.map(({ variance }) => variance);
  const [sum, ...statistics] = evaluate(builder.build([delta, ...variances]), {
    feeds: { ...feeds(clean, fillingRules.unit), ...filledInput("input2", shape) },
  });
  const batchNorms = norms.map(({ count }, index) => {
    const unbiased = count / (count - 1), second = statistics[norms.length + index]!;
    return Math.log(0.81 + unbiased * (0.09 * mean(statistics[index]!) + 0.1 * mean(second))) / 2;
  });
  return { logDelta: Math.log(sum![0]! / options.batch), batchNorms };
}

Deno.test("a network without residual links gives the published Zen-score", () => {
  const { logDelta, batchNorms } = zenTerms(SMALL, { classes: 100, resolution: 32, batch: 8 });
  assert.equal(batchNorms.length, 10);
  assertNear(logDelta, 3.7635342545957817, 1e-9);
  assertNear(batchNorms.reduce((sum, term) => sum + term, logDelta), 15.48747488683189, 1e-9);
});

Deno.test("a network with residual links and squeeze-and-excitation gives the published logits", () => {
  const { structure, ...entry } = zooEntry("zennet_imagenet1k_flops400M_SE_res224");
  const network = lowered(structure, { ...entry, resolution: 64 });
  const [logits] = evaluate(graphOf(network, network.logits), { feeds: feeds(network, fillingRules.trained) });
  // Parameters are rounded to float32 once more here, after scaling.
  assertNear(Math.hypot(...logits!), 398.556414627265, 1e-6);
  assertNear(logits![0]!, -16.481698142245264, 1e-6);
});
