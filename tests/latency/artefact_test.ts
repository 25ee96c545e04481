import assert from "node:assert/strict";
import {
  contentHash,
  drawNetworks,
  fitLatency,
  kernelOf,
  type LatencyArtefact,
  LatencyArtefactError,
  type LatencyCalibration,
  LatencyPredictor,
  type MeasuredKernel,
  type MeasuredNetwork,
  mutate,
  parseArtefact,
  parseStructure,
  predictLatency,
  printArtefact,
  publishedSpaces,
  Random,
  sealArtefact,
} from "@zennas/zennas";

const device = {
  name: "made up",
  kind: "cpu",
  runtime: "formula",
  fusion: "zennas",
  precision: "f32",
  batch: 1,
  resolution: 32,
  notes: {},
} as const;
const createdAt = "2026-01-02T03:04:05Z";

/** A time that a formula gives a kernel, ms, with a step that no roofline has. */
function formulaMs({ kernel }: Pick<MeasuredKernel, "kernel">): number {
  const padded = Math.ceil(kernel.outputs / 32) * 32 / kernel.outputs;
  return 0.01 + padded * kernel.macs / 2e7 + (kernel.readValues + kernel.writtenValues) / 1e7;
}

function measuredKernels(count: number): MeasuredKernel[] {
  const random = new Random(1, 0);
  return Array.from({ length: count }, () => {
    const window = random.pick([1, 3, 5]), inputs = 8 * (1 + random.below(16)), outputs = 8 * (1 + random.below(16));
    const size = 4 * (1 + random.below(8)), kernel = kernelOf({ kind: "convolution", size, inputs, outputs, window });
    return { kernel, latencyMs: formulaMs({ kernel }) };
  });
}

const mutation = { space: publishedSpaces.XXBL, replacements: 1 };
const drawn = drawNetworks({
  starts: [parseStructure("SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,2,8,1)SuperResK5K5(16,32,2,16,1)")],
  classes: 10,
  vary: (parent, random) => mutate(parent, random, mutation),
}, { count: 24, seed: 5, resolution: 32, batch: 1 });
const networks: MeasuredNetwork[] = drawn.map(({ text, kernels }, index) => {
  const sum = kernels.reduce((total, { kernel, count }) => total + count * formulaMs({ kernel }), 0);
  return { text, kernels, latencyMs: 0.5 + 1.7 * sum * (1 + (index % 3 - 1) / 50) };
});
const calibration: LatencyCalibration = { device, createdAt, kernels: measuredKernels(400), networks, noise: 0.01 };
const artefact = fitLatency({ ...calibration, trees: { trees: 60 } });

/** The text of an artefact that was changed and sealed again. */
function changed(change: (copy: Record<string, unknown>) => void): string {
  const copy = JSON.parse(printArtefact(artefact));
  change(copy);
  return JSON.stringify(sealArtefact(copy as LatencyArtefact));
}

Deno.test("an artefact reads back as it was, and predicts the same", () => {
  const read = parseArtefact(printArtefact(artefact));
  assert.deepEqual(read, artefact);
  assert.deepEqual(predictLatency(read, networks), predictLatency(artefact, networks));
});

Deno.test("the same measurements in any order give the same artefact", () => {
  const again = fitLatency({ ...calibration, kernels: calibration.kernels.toReversed(), trees: { trees: 60 } });
  assert.equal(again.sha256, artefact.sha256);
  const other = fitLatency({ ...calibration, createdAt: "2027-01-01T00:00:00Z", trees: { trees: 60 } });
  assert.notEqual(other.sha256, artefact.sha256);
});

Deno.test("a fit follows the kernels and the networks that it was given", () => {
  const { kernels, networks: accuracy, baselines } = artefact.acceptance;
  assert.ok(kernels!.mape < 0.08, `${kernels!.mape}`);
  assert.ok(
    accuracy.mape < 0.05 && baselines.macs > 2 * accuracy.mape && baselines.mean > 0.3,
    JSON.stringify(baselines),
  );
  const failed = artefact.acceptance.gates.filter(({ passed }) => !passed).map(({ name }) => name);
  assert.equal(artefact.acceptance.passed, failed.length === 0);
  const noisy = fitLatency({ ...calibration, kernels: [], noise: 0.2 }).acceptance;
  assert.equal(noisy.passed, false);
});

Deno.test("the accuracy of kernels is that of kernels which were left out", () => {
  const random = new Random(2, 0), factor = Math.exp(0.5);
  const kernels = calibration.kernels.map(({ kernel }) => ({ kernel, latencyMs: random.pick([1 / factor, factor]) }));
  const { kernels: accuracy } =
    fitLatency({ ...calibration, kernels, trees: { trees: 60, rowsPerLeaf: 1 } }).acceptance;
  assert.ok(accuracy!.mape > 0.45, `of coin tosses, nothing can be known: ${accuracy!.mape}`);
});

Deno.test("trees learn what the roofline does not", () => {
  const plain = fitLatency({ ...calibration, trees: { trees: 0 } }).acceptance.kernels!.mape;
  assert.ok(artefact.acceptance.kernels!.mape < 0.6 * plain, `${artefact.acceptance.kernels!.mape} ${plain}`);
});

Deno.test("without kernels, those of another device's artefact are taken", () => {
  const other = fitLatency({ ...calibration, kernels: [], prior: artefact });
  assert.deepEqual(other.model, artefact.model);
  assert.equal(other.acceptance.kernels, null);
});

Deno.test("predictions outside the domain say what is outside", () => {
  const [inside] = predictLatency(artefact, [networks[0]!]);
  assert.deepEqual([inside!.inDomain, inside!.why], [true, []]);
  const wide = kernelOf({ kind: "convolution", size: 8, inputs: 4096, outputs: 8, window: 3 });
  const unknown = kernelOf({ kind: "depthwise", size: 8, inputs: 8, outputs: 8, groups: 8, window: 7 });
  const [other] = predictLatency(artefact, [{
    kernels: [{ kernel: wide, count: 1 }, { kernel: unknown, count: 100_000 }],
  }]);
  assert.equal(other!.inDomain, false);
  assert.match(other!.why[0]!, /^convolution 3×3 stride 1 was measured with input channels .*: got 4096$/);
  assert.equal(other!.why[1], "depthwise 7×7 stride 1 was not measured");
  assert.match(other!.why[2]!, /^measured networks take .* ms: predicted .* ms$/);
});

Deno.test("a class of kernels that no network had costs by the common factor", () => {
  const unknown = kernelOf({ kind: "depthwise", size: 8, inputs: 64, outputs: 64, groups: 64, window: 3 });
  const predictor = new LatencyPredictor(artefact), { kernels } = networks[0]!;
  const more = predictor.predict([...kernels, { kernel: unknown, count: 10 }]).predictedMs;
  const { coefficients, scale } = artefact.correction;
  const expected = 10 * (scale * predictor.kernelMs(unknown) + coefficients[1]!);
  assert.ok(Math.abs(more - predictor.predict(kernels).predictedMs - expected) < 1e-9 * more);
});

Deno.test("elites have an interval of their own once nine were measured, around their bias", () => {
  const elites = networks.slice(0, 9).map((network) => ({ ...network, predictedMs: network.latencyMs / 1.2 }));
  const few = fitLatency({ ...calibration, kernels: [], elites: elites.slice(1) });
  assert.equal(predictLatency(few, [networks[0]!])[0]!.eliteInterval90Ms, null);
  const nine = fitLatency({ ...calibration, kernels: [], elites });
  const { predictedMs, interval90Ms, eliteInterval90Ms } = predictLatency(nine, [networks[0]!])[0]!;
  assert.ok(Math.abs(eliteInterval90Ms![0] / (1.2 * predictedMs) - 1) < 1e-9);
  assert.ok(interval90Ms[0] < predictedMs && predictedMs < interval90Ms[1]);
  assert.ok(nine.measured.networks === 33 && nine.acceptance.networks.count === 24);
});

Deno.test("fewer than ten networks and times that are no numbers are refused", () => {
  assert.throws(() => fitLatency({ ...calibration, networks: networks.slice(0, 9) }), /takes 10: got 9$/);
  for (const latencyMs of [0, -1, NaN, Infinity]) {
    const wrong = [...networks.slice(1), { ...networks[0]!, latencyMs }];
    assert.throws(() => fitLatency({ ...calibration, kernels: [], networks: wrong }), RangeError);
    const kernels = [{ kernel: calibration.kernels[0]!.kernel, latencyMs }];
    assert.throws(() => fitLatency({ ...calibration, kernels }), RangeError);
  }
});

type Raw = { model: { trees: { roots: number[]; feature: number[]; threshold: number[]; right: number[] } } };
const split = artefact.model.trees!.feature.findIndex((feature) => feature >= 0);

/** Trees by whose indices a walk would not end, or would leave the arrays. */
const hostileTrees: Record<string, (trees: Raw["model"]["trees"]) => void> = {
  "a node that goes on at itself": ({ right }) => right[split] = split,
  "a node that goes on before itself": ({ right }) => right[split + 1] = 0,
  "a node that goes on in the next tree": ({ right, roots }) => right[split] = roots[1]!,
  "a node that goes on outside": ({ right }) => right[split] = 1e9,
  "a node between two": ({ right }) => right[split] = split + 2.5,
  "a feature that is none": ({ feature }) => feature[split] = 24,
  "a negative feature": ({ feature }) => feature[split] = -2,
  "a last node that is no leaf": ({ feature, right }) => {
    feature[feature.length - 1] = 0;
    right[right.length - 1] = right.length;
  },
  "a root outside": ({ roots }) => roots[roots.length - 1] = 1e6,
  "roots that go back": ({ roots }) => roots[2] = roots[1]!,
  "a first tree that starts late": ({ roots }) => roots[0] = 1,
  "arrays of unequal length": ({ threshold }) => threshold.pop(),
};

for (const [name, change] of Object.entries(hostileTrees)) {
  Deno.test(`an artefact is refused that has ${name}`, () => {
    const text = changed((copy) => change((copy as unknown as Raw).model.trees));
    assert.throws(
      () => parseArtefact(text),
      (error) => error instanceof LatencyArtefactError && error.path === "model.trees",
    );
  });
}

Deno.test("an artefact is refused with the path of what is wrong", () => {
  // deno-lint-ignore no-explicit-any -- the artefact is broken on purpose
  const refused = (path: string, change: (copy: any) => void) =>
    assert.throws(
      () => parseArtefact(changed(change)),
      (error) => error instanceof LatencyArtefactError && error.path === path,
      path,
    );
  refused("schema", (copy) => copy.schema = "zennas.latency-model/2");
  refused("device.precision", (copy) => copy.device.precision = "f64");
  refused("device.batch", (copy) => copy.device.batch = 0);
  refused("correction", (copy) => copy.correction.coefficients.pop());
  refused("correction", (copy) => copy.correction.covariance.pop());
  refused("intervals.networks", (copy) => copy.intervals.networks = null);
  refused("model.roofline.lnExponent", (copy) => copy.model.roofline.lnExponent = 50);
  refused("model.rules.tiling.product.0.channels", (copy) => copy.model.rules.tiling.product[0].channels = 0);
  refused("correction.residuals", (copy) => copy.correction.residuals = new Array(20_001).fill(0));
  refused("", (copy) => copy.more = 1);
});

Deno.test("an artefact is refused whose content is not its hash's, and a text that is no JSON", () => {
  const text = printArtefact(artefact).replace('"made up"', '"another"');
  assert.throws(() => parseArtefact(text), (error) => error instanceof LatencyArtefactError && error.path === "sha256");
  assert.throws(() => parseArtefact("{"), LatencyArtefactError);
  assert.throws(() => parseArtefact("null"), LatencyArtefactError);
  assert.equal(contentHash(artefact), artefact.sha256);
});
