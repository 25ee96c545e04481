import assert from "node:assert/strict";
import { evaluate } from "../../core/mod.ts";
import { openCpu } from "../../kernels/mod.ts";
import { GraphBuilder } from "../../core/mod.ts";
import { compileGraph } from "../../kernels/cpu/program.ts";
import { normals } from "./cases.ts";
import { chainGraph, randomChain } from "./chains.ts";
import { assertFusionAgrees, worstError } from "./compare.ts";
import { farFromZero, type Fed, type Layer, layerGraph, randomLayer } from "./layers.ts";

/** A depthwise layer whose rows are too long for a band of all its channels. */
const longRows: Layer = {
  x: [1, 9, 150, 72],
  o: 72,
  kernel: 7,
  stride: 2,
  padding: 3,
  groups: 72,
  activation: "swish",
};

Deno.test("layers of any geometry agree with the oracle, and fusing changes no bit", async () => {
  await using backend = await openCpu({ workers: 1 });
  for (const layer of [longRows, ...Array.from({ length: 60 }, (_, index) => randomLayer(index))]) {
    const [fused, separate] = await assertFusionAgrees(backend, (options) => layerGraph(layer, options), layer);
    fused.forEach((tensor, output) => {
      assert.deepEqual(tensor, separate[output], `output ${output} of ${JSON.stringify(layer)} depends on fusion`);
    });
  }
});

Deno.test("statistics stay accurate where the mean is a thousand deviations", async () => {
  await using backend = await openCpu({ workers: 1 });
  for (const direct of [true, false]) {
    const { graph, run } = farFromZero(1000, direct);
    using program = backend.compile(graph);
    const [mean, variance] = await program.run(run), [expectedMean, expectedVariance] = evaluate(graph, run);
    assert.ok(worstError(mean!, expectedMean!) < 1e-7);
    assert.ok(worstError(variance!, expectedVariance!) < 1e-5, `${worstError(variance!, expectedVariance!)}`);
  }
});

Deno.test("layers with what follows them agree with the oracle, and fusing changes no bit", async () => {
  await using backend = await openCpu({ workers: 1 });
  for (let index = 0; index < 60; index++) {
    const chain = randomChain(index);
    const [fused, separate] = await assertFusionAgrees(backend, (options) => chainGraph(chain, options), chain);
    fused.forEach((tensor, output) => {
      assert.deepEqual(tensor, separate[output], `output ${output} of ${JSON.stringify(chain)} depends on fusion`);
    });
  }
});

/** A 3×3 convolution of a trained network. */
interface TiledLayer {
  readonly x: readonly [n: number, h: number, w: number, c: number];
  readonly o: number;
  readonly padding: number;
  readonly activation: "none" | "view" | "relu" | "swish";
  readonly addend: boolean;
  readonly bias: boolean;
}

/** The layer; `whole` asks for its sums as well, so that they are not computed by tiles. */
function tiledGraph({ x, o, padding, activation, addend, bias }: TiledLayer, { whole }: { whole: boolean }): Fed {
  const builder = new GraphBuilder(), feeds: Record<string, Float32Array> = {}, [n, h, w, c] = x;
  const fed = (name: string, shape: readonly number[], change = (value: number) => value) => {
    feeds[name] = normals(shape, Object.keys(feeds).length).map(change);
    return builder.add("input", [], { name, shape });
  };
  const image = fed("x", x), weight = fed("kernel", [o, 3, 3, c], (value) => value / Math.sqrt(9 * c));
  const from = activation === "view" ? builder.add("relu", [image], {}) : image;
  const inputs = [from, weight, ...(bias ? [fed("bias", [o])] : [])];
  const sums = builder.add("conv2d", inputs, { stride: 1, padding, groups: 1 });
  const vectors = ["mean", "variance", "weight", "shift"].map((name) =>
    fed(name, [o], (value) => name === "variance" ? Math.abs(value) + 0.1 : value)
  );
  let y = builder.add("normalize", [sums, ...vectors], { epsilon: 1e-3 });
  if (addend) y = builder.add("add", [y, fed("addend", [n, h + 2 * padding - 2, w + 2 * padding - 2, o])], {});
  if (activation === "relu" || activation === "swish") y = builder.add(activation, [y], {});
  return { graph: builder.build([y, ...(whole ? [sums] : [])]), run: { feeds } };
}

const plainLayer = { padding: 1, activation: "relu", addend: false, bias: false } as const;
/** Parts that end within a band, bands of rows and of images, the last of them smaller; few channels, and many. */
const tiledLayers: readonly TiledLayer[] = [
  { ...plainLayer, x: [5, 8, 8, 64], o: 64, addend: true },
  { ...plainLayer, x: [3, 32, 32, 16], o: 16, activation: "view" },
  { ...plainLayer, x: [1, 30, 70, 56], o: 24, activation: "none", bias: true },
  { ...plainLayer, x: [2, 14, 10, 12], o: 8, padding: 0, addend: true, bias: true },
  { ...plainLayer, x: [7, 2, 2, 128], o: 136, padding: 1, addend: true },
  { ...plainLayer, x: [1, 58, 58, 8], o: 40, padding: 2, activation: "none" },
];

Deno.test("3×3 convolutions of trained networks are computed by tiles, and agree with the oracle", async () => {
  await using backend = await openCpu({ workers: 1 });
  for (const layer of tiledLayers) {
    const kernels = (whole: boolean) =>
      compileGraph(tiledGraph(layer, { whole }).graph, { start: 0 }).tasks.flatMap((task) =>
        "kernel" in task ? [task.kernel] : []
      );
    assert.ok(kernels(false).includes("convolveTiles"), JSON.stringify(layer));
    assert.ok(!kernels(true).includes("convolveTiles"), JSON.stringify(layer));
    await assertFusionAgrees(backend, (options) => tiledGraph(layer, options), layer);
  }
});

Deno.test("a convolution that tiles do not fit is computed as any other", () => {
  const odd: Partial<TiledLayer>[] = [{ x: [1, 7, 8, 16] }, { x: [1, 8, 8, 6] }, { o: 12 }, { activation: "swish" }];
  for (const change of odd) {
    const layer: TiledLayer = { ...plainLayer, x: [1, 8, 8, 16], o: 16, ...change };
    const { tasks } = compileGraph(tiledGraph(layer, { whole: false }).graph, { start: 0 });
    assert.ok(!tasks.some((task) => "kernel" in task && task.kernel === "convolveTiles"), JSON.stringify(layer));
  }
});
