import assert from "node:assert/strict";
import {
  drawKernels,
  kernelGraph,
  kernelOf,
  kernelsOfGraph,
  type MeasuredLatency,
  measureLatency,
  type MeasuringOptions,
  mutate,
  parseStructure,
  publishedSpaces,
  type Subject,
} from "@zennas/zennas";
import { openCpuTarget } from "../../cli/latency/cpu_target.ts";
import { openSentinel } from "../../cli/latency/open.ts";
import { structureDesign } from "../../core/networks/design.ts";

/** A subject that takes these times, over and over. */
function cycling(...times: readonly number[]): Subject & { runs: number } {
  return {
    runs: 0,
    time() {
      return [times[this.runs++ % times.length]!];
    },
  };
}

const options = (over: Partial<MeasuringOptions> = {}): MeasuringOptions => (
  { sentinel: cycling(1), repeats: 5, blockMs: 3, seed: 1, ...over }
);

Deno.test("the median of blocks, their interval and noise, and the runs' 95th percentile", async () => {
  const [steady, odd] = await measureLatency([cycling(4), cycling(1, 2, 30)], options());
  assert.deepEqual(steady, { medianMs: 4, p95Ms: 4, interval95Ms: [4, 4], samples: 5, discarded: 0, noise: 0 });
  assert.deepEqual([odd!.medianMs, odd!.p95Ms, odd!.noise], [2, 30, 0]);
});

Deno.test("a block is the sum of the medians of its parts: an interruption of one part of a run does not count", async () => {
  const runs = [[1, 2, 3], [50, 2, 3], [1, 60, 3]];
  let run = 0;
  const [{ medianMs, p95Ms, noise }] = await measureLatency(
    [{ time: () => runs[run++ % 3]! }],
    options({ blockMs: 1 }),
  ) as [MeasuredLatency];
  assert.deepEqual([medianMs, p95Ms, noise], [6, 64, 0]);
});

Deno.test("noise is the spread of blocks, not of runs", async () => {
  // Blocks of three runs: the first one warms up, then 10, 11, 9, 10, 12.
  const times = [10, 10, 11, 9, 10, 12].flatMap((ms) => [ms, ms, ms]);
  const [{ medianMs, noise, samples }] = await measureLatency([cycling(...times)], options({ blockMs: 1 })) as [
    MeasuredLatency,
  ];
  assert.deepEqual([medianMs, samples], [10, 5]);
  assert.ok(Math.abs(noise - 0.14826) < 1e-9, `${noise}`);
});

Deno.test("rounds whose sentinel drifted are discarded and made again; there is an end to that", async () => {
  // The warm-up, then one round in three at half the speed.
  const sentinel = cycling(...[1, 1, 2, 1, 1, 2, 1, 1, 2, 1].flatMap((ms) => [ms, ms, ms]));
  const [{ samples, discarded, medianMs }] = await measureLatency([cycling(7)], options({ sentinel })) as [
    MeasuredLatency,
  ];
  assert.deepEqual([samples, medianMs], [5, 7]);
  assert.ok(discarded >= 2, `${discarded}`);
  let ms = 1;
  const runaway = { time: () => [ms *= 1.2] };
  const [lost] = await measureLatency([cycling(7)], options({ sentinel: runaway }));
  assert.ok(lost!.samples < 5 && lost!.samples + lost!.discarded === 15, JSON.stringify(lost));
});

Deno.test("subjects take turns in an order that changes, and an interrupt keeps what was measured", async () => {
  const order: string[] = [], controller = new AbortController();
  const named = (name: string): Subject => ({ time: () => (order.push(name), [1]) });
  const [a] = await measureLatency([named("a"), named("b")], {
    ...options({ sentinel: named("s"), blockMs: 1, repeats: 50 }),
    signal: controller.signal,
    onRound: (counted) => counted === 12 && controller.abort(),
  });
  assert.equal(a!.samples, 12);
  const rounds = order.join("").replace(/(.)\1\1/g, "$1").slice(3).match(/.{3}/g)!;
  assert.ok(rounds.every((round) => [...round].sort().join("") === "abs"), rounds.join());
  assert.ok(new Set(rounds).size > 2, rounds.join());
});

Deno.test("the graph of a kernel is that kernel", () => {
  const kernels = drawKernels({
    starts: [parseStructure("SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,2,8,1)SuperResIDWE4K5(16,24,2,16,1)")],
    classes: 10,
    vary: (parent, random) => mutate(parent, random, { space: publishedSpaces.XXBL, replacements: 1 }),
  }, { count: 60, seed: 1, resolution: 32, batch: 2 });
  const other = kernelOf({ kind: "pooling", size: 8, outputSize: 4, inputs: 4, outputs: 4, window: 3, stride: 2 });
  for (const kernel of [...kernels, other]) {
    const { graph } = kernelGraph(kernel)!;
    const image = graph.nodes.findIndex((node) => node.op === "input" && node.attributes.name === "x");
    const keys = kernelsOfGraph(graph, { image }).map(({ kernel }) => kernel.key);
    assert.ok(keys[0] === kernel.key || kernel.addends > 0, `${kernel.key}: ${keys}`);
    assert.equal(keys.length, 1, `${kernel.key}: ${keys}`);
  }
  assert.equal(kernelGraph(kernelOf({ kind: "layout", size: 8, inputs: 4, outputs: 8 })), undefined);
});

Deno.test("the CPU target times networks, kernels and each operation", async () => {
  await using target = await openCpuTarget({ batch: 2 });
  const design = structureDesign(parseStructure("SuperConvK3BNRELU(3,8,2,1)"), { classes: 10, resolution: 16 });
  const [network, sentinel] = [await target.openNetwork(design), await openSentinel(target, 16)];
  assert.ok((await network.time()).length > 1 && (await sentinel.time())[0]! > 0);
  const operations = network.perOperation!(), ops = new Set(operations.map(({ op }) => op));
  assert.ok(ops.has("conv2d") && ops.has("linear") && !ops.has("input"), [...ops].join());
  assert.deepEqual(operations.find(({ op }) => op === "conv2d")!.shape, [2, 8, 8, 8]);
  const kernel = kernelOf({ kind: "depthwise", size: 8, inputs: 4, outputs: 4, window: 3, groups: 4 });
  const runner = await target.openKernel!(kernel);
  assert.ok((await runner!.time())[0]! > 0);
  assert.equal(target.device.precision, "f32");
});
