import assert from "node:assert/strict";
import {
  drawKernels,
  drawNetworks,
  kernelSignature,
  type LatencySpace,
  mutate,
  parseStructure,
  printStructure,
  publishedSpaces,
} from "@zennas/zennas";
import { networkMacs } from "../../core/latency/acceptance.ts";

const mutation = { space: publishedSpaces.XXBL, replacements: 1 };
const start = parseStructure("SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,2,8,1)SuperResK3K3(16,32,2,16,1)");
const space: LatencySpace = {
  starts: [start],
  classes: 10,
  vary: (parent, random) => mutate(parent, random, mutation),
};
const draw = { count: 16, seed: 3, resolution: 32, batch: 4 } as const;

Deno.test("a seed draws the same networks, another others", () => {
  const texts = (seed: number) => drawNetworks(space, { ...draw, seed }).map(({ text }) => text);
  const first = texts(3);
  assert.deepEqual(texts(3), first);
  assert.equal(new Set(first).size, 16);
  assert.notDeepEqual(texts(4), first);
});

Deno.test("networks have the batch and the resolution, and spread over latencies", () => {
  const networks = drawNetworks(space, draw);
  for (const { kernels, design, text } of networks) {
    assert.ok(kernels.every(({ kernel }) => kernel.batch === 4));
    assert.deepEqual([design.resolution, design.text], [32, text]);
  }
  const macs = networks.map(networkMacs);
  assert.ok(Math.max(...macs) > 5 * Math.min(...macs), `${Math.min(...macs)} … ${Math.max(...macs)}`);
  assert.notDeepEqual(
    macs.toSorted((a, b) => a - b),
    macs,
    "in random order, or a drift of the device would be latency",
  );
});

Deno.test("walks keep to what the search accepts", () => {
  const accepts = (structure: typeof start) => printStructure(structure).length <= printStructure(start).length;
  const networks = drawNetworks({ ...space, accepts }, draw);
  assert.ok(networks.length > 0 && networks.every(({ text }) => text.length <= printStructure(start).length));
});

Deno.test("a space of one network gives it once, and one without a start is refused", () => {
  const only = { ...space, vary: (parent: typeof start) => parent };
  assert.deepEqual(drawNetworks(only, draw).map(({ text }) => text), [printStructure(start)]);
  assert.throws(() => drawNetworks({ ...space, starts: [] }, draw), RangeError);
  for (const count of [0, 1.5, 20_001]) assert.throws(() => drawKernels(space, { ...draw, count }), RangeError);
});

Deno.test("kernels of each kind, window and stride share the count", () => {
  const kernels = drawKernels(space, { ...draw, count: 60 }), keys = kernels.map(({ key }) => key);
  assert.equal(new Set(keys).size, 60);
  assert.deepEqual(drawKernels(space, { ...draw, count: 60 }).map(({ key }) => key), keys);
  const groups = Map.groupBy(kernels, kernelSignature);
  const changes = kernels.filter((kernel, at) =>
    at > 0 && kernelSignature(kernel) !== kernelSignature(kernels[at - 1]!)
  );
  assert.ok(
    changes.length > 2 * groups.size,
    "in random order, or a drift of the device would look like a kind of kernel",
  );
  for (const signature of ["convolution 3×3 stride 1", "convolution 5×5 stride 2", "linear 1×1 stride 1"]) {
    assert.ok((groups.get(signature)?.length ?? 0) >= 2, signature);
  }
  assert.ok(Math.max(...[...groups.values()].map(({ length }) => length)) <= 20);
});
