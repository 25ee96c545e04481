import assert from "node:assert/strict";
import {
  evaluate,
  gaussianParameters,
  GraphBuilder,
  lowerStructure,
  nasBench201,
  naswot,
  Network,
  openBackend,
  parseStructure,
  regions,
  swap,
} from "@zennas/zennas";
import { drawn, small } from "./settings.ts";

const TEXT = "SuperConvK3BNRELU(3,8,1,1)SuperResK1K3K1(8,12,2,5,1)";

/** The ReLU outputs of TEXT on drawn images, in float64: one array a layer, image after image. */
function activations(batch: number): readonly Float64Array[] {
  const builder = new GraphBuilder();
  const network = new Network({ builder, mode: "train", parameters: gaussianParameters() });
  const input = builder.add("gaussian", [], { shape: [batch, 8, 8, 3], stream: 0 });
  lowerStructure(parseStructure(TEXT), network, { classes: 10, resolution: 8, residualLinks: false, input });
  return evaluate(builder.build(network.relus), { seed: 3, draw: 0 });
}

/** On or off, for each image a string over all neurons. */
function patterns(layers: readonly Float64Array[], batch: number): readonly string[] {
  return Array.from({ length: batch }, (_, image) =>
    layers.map((values) => {
      const neurons = values.length / batch;
      return [...values.subarray(image * neurons, (image + 1) * neurons)].map((value) => value > 0 ? "1" : "0").join(
        "",
      );
    }).join(""));
}

Deno.test("NASWOT is the determinant of the agreements of on and off", async () => {
  await using backend = await openBackend("cpu");
  const [a, b, ...others] = patterns(activations(2), 2) as [string, string];
  assert.deepEqual(others, []);
  const agreed = [...a].filter((on, neuron) => on === b[neuron]).length, neurons = a.length;
  const { value } = await naswot.score(small(TEXT), drawn(naswot, { batch: 2 }), backend);
  assert.ok(Math.abs(value - Math.log(neurons ** 2 - agreed ** 2)) < 1e-3);
});

Deno.test("regions are distinct images, SWAP's patterns distinct neurons", async () => {
  await using backend = await openBackend("cpu");
  const images = patterns(activations(6), 6),
    neurons = Array.from(images[0]!, (_, neuron) => images.map((image) => image[neuron]).join(""));
  const regionScore = await regions.score(small(TEXT), drawn(regions, { batch: 6, variant: "batch" }), backend);
  assert.equal(regionScore.value, new Set(images).size);
  const swapScore = await swap.score(small(TEXT), drawn(swap, { batch: 6 }), backend);
  // A neuron whose value is next to 0 may be on in float32 and off in float64.
  assert.ok(Math.abs(swapScore.value - new Set(neurons).size) <= 1, `${swapScore.value}, not ${new Set(neurons).size}`);
  const larger = await swap.score(small(TEXT), drawn(swap, { batch: 64 }), backend);
  const most = await swap.score(small(TEXT), drawn(swap, { batch: 16 }), backend);
  assert.equal(larger.value, most.value);
});

/** The ReLU outputs of a network's thin form on TE-NAS's images, in float64. */
function thinActivations(lower: (network: Network, input: number) => unknown, channels: number): Float64Array[] {
  const builder = new GraphBuilder(), parameters = gaussianParameters();
  const network = new Network({ builder, mode: "train", parameters, thin: true });
  lower(network, builder.add("gaussian", [], { shape: [3000, 3, 3, channels], stream: 0 }));
  assert.ok(network.relus.every((id) => builder.shape(id)[3] === 1));
  return evaluate(builder.build(network.relus), { seed: 3, draw: 0 });
}

Deno.test("thin regions are distinct patterns of one channel, and tell networks apart", async () => {
  await using backend = await openBackend("cpu");
  const conv = "nor_conv_3x3", skip = "skip_connect", found: number[] = [];
  const cells = [skip, conv].map((op) => `|${conv}~0|+|none~0|${op}~1|+|${conv}~0|${skip}~1|${op}~2|`);
  const cellDesigns = cells.map((text) => nasBench201({ classes: 10, resolution: 32 }).design(text));
  for (const design of [small(TEXT), ...cellDesigns]) {
    const layers = thinActivations(design.lowerCell ?? design.lower, design.lowerCell ? 1 : 3);
    const expected = new Set(patterns(layers, 3000)).size;
    const { value } = await regions.score(design, drawn(regions), backend);
    // A neuron whose value is next to 0 may be on in float32 and off in float64.
    assert.ok(Math.abs(value - expected) <= 2, `${design.text}: ${value}, not ${expected}`);
    assert.ok(value < 3000, `${design.text} saturates`);
    found.push(value);
  }
  assert.equal(new Set(found).size, found.length);
});

Deno.test("a network that tells no image from another is one region, and NASWOT fails there", async () => {
  await using backend = await openBackend("cpu");
  // Behind a ReLU of a batch norm over one pixel of equal images there is nothing to tell apart.
  const flat = small("MaxPool(3,1,1)RELU(3)AdaptiveAvgPool(3,1)", { batchNorm: false });
  const alike = {
    ...flat,
    lower: (network: Network, input: number) =>
      flat.lower(network, network.builder.add("affine", [input], { scale: 0, shift: 1 })),
  };
  for (const variant of regions.variants) {
    assert.equal((await regions.score(alike, drawn(regions, { variant }), backend)).value, 1);
  }
  assert.equal((await naswot.score(alike, drawn(naswot), backend)).value, -Infinity);
});

Deno.test("regularised SWAP favours a size", async () => {
  await using backend = await openBackend("cpu");
  const design = small(TEXT), { parameters } = design.cost();
  const plain = await swap.score(design, drawn(swap), backend);
  const { value } = await swap.score(design, drawn(swap, { variant: "regularised" }), backend);
  assert.equal(value, plain.value * Math.exp(-((parameters / 1e6 - 1) ** 2)));
  const favouredSize = { mean: 0.01, spread: 2e-4 };
  const wanted = await swap.score(design, drawn(swap, { variant: "regularised", favouredSize }), backend);
  assert.equal(wanted.value, plain.value * Math.exp(-((parameters / 1e6 - 0.01) ** 2) / 2e-4));
});
