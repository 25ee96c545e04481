/** VKDNW against its definition: differences in float64 of every learnable tensor's first element. */
import assert from "node:assert/strict";
import {
  decileEntropy,
  evaluate,
  fedParameters,
  filledInput,
  filledParameters,
  fillingRules,
  fisherInformation,
  GraphBuilder,
  isLearnable,
  lowerStructure,
  Network,
  openBackend,
  parseStructure,
  ProxyGraph,
  symmetricEigenvalues,
  vkdnw,
} from "@zennas/zennas";
import { filled, small } from "./settings.ts";

/** Strides, depthwise convolutions, gates, links with projections that have biases, and a classifier. */
const TEXT = "SuperConvK3BNRELU(3,4,1,1)SuperResIDWE1K3(4,8,2,8,1)SuperConvK1BNRELU(8,6,1,1)";
const FORM = { resolution: 6, classes: 4, squeezeExcite: true, residualLinks: true } as const;
const IMAGES = 5;

/** The logits `[n, classes]` in float64 for each value of each learnable tensor's first element. */
function differences(): { readonly logits: Float64Array; readonly jacobian: readonly Float64Array[] } {
  const builder = new GraphBuilder();
  const network = new Network({ builder, mode: "inference", parameters: fedParameters() });
  const shape = [IMAGES, FORM.resolution, FORM.resolution, 3];
  const input = builder.add("input", [], { name: "input", shape });
  const { logits } = lowerStructure(parseStructure(TEXT), network, { ...FORM, input });
  const graph = builder.build([logits]);
  const feeds = {
    ...filledInput("input", shape),
    ...filledParameters(network.parameters, fillingRules.scaled),
  };
  const at = (over: Record<string, Float32Array> = {}) => evaluate(graph, { feeds: { ...feeds, ...over } })[0]!;
  const logitsHere = Float64Array.from(at());
  const jacobian = network.parameters.filter(isLearnable).map(({ name }) => {
    // From below: where every input of a ReLU's channel is off, a normalisation's bias stands at its kink, which counts as off.
    const values = feeds[name]!, moved = values.map((value, index) => index === 0 ? value - 2 ** -20 : value);
    const low = at({ [name]: moved }), step = values[0]! - moved[0]!;
    return logitsHere.map((value, index) => (value - low[index]!) / step);
  });
  return { logits: logitsHere, jacobian };
}

/** mean over images of Jᵀ(diag p − p·pᵀ)J, term by term. */
function definition(): number[][] {
  const { logits, jacobian } = differences(), { classes } = FORM;
  const size = jacobian.length, matrix = Array.from({ length: size }, () => new Array<number>(size).fill(0));
  for (let image = 0; image < IMAGES; image++) {
    const exponentials = Array.from({ length: classes }, (_, c) => Math.exp(logits[image * classes + c]!));
    const total = exponentials.reduce((sum, value) => sum + value, 0);
    const p = exponentials.map((value) => 0.95 * value / total + 0.05 / classes);
    for (let a = 0; a < size; a++) {
      for (let b = 0; b < size; b++) {
        for (let c = 0; c < classes; c++) {
          for (let d = 0; d < classes; d++) {
            const weight = (c === d ? p[c]! : 0) - p[c]! * p[d]!;
            matrix[a]![b]! += weight * jacobian[a]![image * classes + c]! * jacobian[b]![image * classes + d]! / IMAGES;
          }
        }
      }
    }
  }
  return matrix;
}

/** Eigenvalues by cyclic rotations (Jacobi, 1846), ascending. */
function rotatedEigenvalues(rows: readonly (readonly number[])[]): number[] {
  const m = rows.map((row) => [...row]), size = m.length;
  for (let sweep = 0; sweep < 30; sweep++) {
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) {
        if (m[p]![q] === 0) continue;
        const theta = (m[q]![q]! - m[p]![p]!) / (2 * m[p]![q]!);
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(1, theta));
        const c = 1 / Math.hypot(1, t), s = t * c;
        for (let k = 0; k < size; k++) {
          const [x, y] = [m[k]![p]!, m[k]![q]!];
          [m[k]![p], m[k]![q]] = [c * x - s * y, s * x + c * y];
        }
        for (let k = 0; k < size; k++) {
          const [x, y] = [m[p]![k]!, m[q]![k]!];
          [m[p]![k], m[q]![k]] = [c * x - s * y, s * x + c * y];
        }
      }
    }
  }
  return m.map((row, index) => row[index]!).sort((a, b) => a - b);
}

/** Nine deciles by linear interpolation, and their entropy, as they are defined. */
function entropyOf(ascending: readonly number[]): number {
  const deciles = Array.from({ length: 9 }, (_, index) => {
    const place = (index + 1) / 10 * (ascending.length - 1), below = Math.floor(place), share = place - below;
    return (1 - share) * ascending[below]! + share * ascending[Math.min(below + 1, ascending.length - 1)]!;
  });
  const total = deciles.reduce((sum, value) => sum + value);
  return deciles.reduce((sum, value) => value === 0 ? sum : sum - value / total * Math.log(value / total), 0);
}

Deno.test("VKDNW is its definition, by differences in float64", async () => {
  await using backend = await openBackend("cpu");
  const expected = rotatedEigenvalues(definition()), largest = expected.at(-1)!;
  const design = small(TEXT, FORM), settings = filled(vkdnw, { batch: IMAGES });
  const graph = new ProxyGraph(design, { ...settings, weights: "scaled" }),
    forward = graph.forward(graph.images(), { mode: "inference" });
  const found = symmetricEigenvalues(await fisherInformation(graph, forward, backend));
  assert.equal(found.length, expected.length);
  const error = Math.max(...found.map((value, index) => Math.abs(value - expected[index]!))) / largest;
  assert.ok(error < 1e-4, `eigenvalues are off by ${error} of the largest`);
  const { value, parts } = await vkdnw.score(design, settings, backend);
  const entropy = entropyOf(expected.map(Math.abs));
  assert.ok(entropy > 0.1 && Math.abs(value - entropy) < 1e-3, `${value}, not ${entropy}`);
  const single = await vkdnw.score(design, { ...settings, variant: "single" }, backend);
  assert.deepEqual([single.value, parts], [forward.network.layers.length + value, single.parts]);
});

Deno.test("VKDNW is the same with more classes than share a forward pass, and on any number of workers", async () => {
  const design = small("SuperConvK3BNRELU(3,4,1,1)", { classes: 37 });
  const settings = filled(vkdnw, { batch: 2 });
  const values: number[] = [];
  for (const workers of [1, 3]) {
    await using backend = await openBackend("cpu", { workers });
    values.push((await vkdnw.score(design, settings, backend)).value);
  }
  assert.equal(values[0], values[1]);
});

Deno.test("deciles: equal ones have the entropy ln 9, one alone has none, nothing has none", () => {
  assert.ok(Math.abs(decileEntropy(new Array(50).fill(3)) - Math.log(9)) < 1e-12);
  // Of 11 values the deciles are the inner nine.
  assert.equal(decileEntropy([0, 0, 0, 0, 0, 0, 0, 0, 0, 7, 9]), 0);
  const inner = [1, 2, 3, 4, 5, 6, 7, 8, 9], expected = inner.reduce((sum, x) => sum - x / 45 * Math.log(x / 45), 0);
  assert.ok(Math.abs(decileEntropy([10, ...inner, 0]) - expected) < 1e-12);
  assert.equal(decileEntropy(new Array(12).fill(0)), 0);
});
