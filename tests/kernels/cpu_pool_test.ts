import assert from "node:assert/strict";
import { DeviceLostError, DeviceMemoryError, type Graph, GraphBuilder, ShapeError } from "../../core/mod.ts";
import { backendNames, openBackend, openCpu } from "../../kernels/mod.ts";
import { compileModule } from "../../kernels/cpu/module.ts";
import { WorkerPool } from "../../kernels/cpu/pool.ts";
import { convolutions } from "./candidates.ts";

function reluOf(shape: readonly number[]): Graph {
  const builder = new GraphBuilder();
  return builder.build([builder.add("relu", [builder.add("input", [], { name: "x", shape })], {})]);
}

Deno.test("memory grows to the largest program and stays there over 2,000 candidates", async () => {
  await using backend = await openCpu({ workers: 2 });
  const run = async (graph: Graph): Promise<void> => {
    using program = backend.compile(graph);
    await program.run({ seed: 1 });
  };
  await Promise.all([run(convolutions(160, 2)), run(convolutions(160, 2))]);
  const before = [...backend.memoryBytes];
  assert.ok(before.every((bytes) => bytes > 160 * 160 * 9 * 4), `${before}`);
  for (let index = 0; index < 2000; index += 20) {
    const batch = Array.from({ length: 20 }, (_, more) => run(convolutions(1 + (index + more) % 12, 1 + index % 5)));
    await Promise.all(batch);
  }
  assert.deepEqual(backend.memoryBytes, before);
});

Deno.test("errors keep their class across workers, and the worker goes on", async () => {
  await using backend = await openCpu({ workers: 1 });
  using relu = backend.compile(reluOf([3]));
  await assert.rejects(relu.run(), { name: "RangeError", message: /got none for x/ });
  const short = relu.run({ feeds: { x: new Float32Array(2) } });
  await assert.rejects(short, (error) => error instanceof ShapeError && /got 2 values/.test(error.message));
  using draw = backend.compile(convolutions(1, 1));
  await assert.rejects(draw.run({ seed: -1 }), { name: "RangeError", message: /Cannot seed/ });
  const [y] = await relu.run({ feeds: { x: Float32Array.of(-1, 0, 2) } });
  assert.deepEqual([...y!], [0, 0, 2]);
});

Deno.test("a graph beyond 4 GiB is refused", async () => {
  await using backend = await openCpu({ workers: 1 });
  const builder = new GraphBuilder();
  const x = builder.add("gaussian", [], { shape: [2 ** 15, 2 ** 16], stream: 0 });
  using program = backend.compile(builder.build([builder.add("sum", [x], {})]));
  const tooLarge = (error: unknown): boolean =>
    error instanceof DeviceMemoryError && error.neededBytes > 2 ** 33 && error.limitBytes === 2 ** 32;
  await assert.rejects(program.run(), tooLarge);
});

Deno.test("closing fails what has not finished, and runs after it", async () => {
  const backend = await openCpu({ workers: 1 });
  using program = backend.compile(convolutions(64, 4));
  const runs = [program.run(), program.run()];
  const settled = Promise.allSettled(runs);
  await backend[Symbol.asyncDispose]();
  for (const result of await settled) {
    assert.ok(result.status === "rejected" && result.reason instanceof DeviceLostError);
  }
  await assert.rejects(program.run(), DeviceLostError);
});

Deno.test("a disposed program is not run", async () => {
  await using backend = await openCpu({ workers: 1 });
  const program = backend.compile(reluOf([1]));
  const running = program.run({ feeds: { x: Float32Array.of(1) } });
  program[Symbol.dispose]();
  assert.deepEqual([...(await running)[0]!], [1]);
  await assert.rejects(program.run(), DeviceLostError);
});

const script = (source: string): URL => new URL(`data:application/javascript,${encodeURIComponent(source)}`);
const started = `postMessage({ type: "done", outputs: [], memoryBytes: 1 })`;

Deno.test("a worker that crashes fails its run and is replaced", async () => {
  const crashing = script(`onmessage = ({ data }) => {
    if (data.type === "start") return ${started};
    if (data.options.seed === 1) throw new Error("out of order");
    postMessage({ type: "done", outputs: [], memoryBytes: 1 });
  }`);
  await using pool = await WorkerPool.open({ workers: 1, module: await compileModule(), script: crashing });
  const program = { id: 0, graph: reluOf([1]) };
  const crashed = pool.run(program, { seed: 1 }), next = pool.run(program, { seed: 2 });
  await assert.rejects(crashed, { name: "DeviceLostError", message: /crashed: .*out of order/ });
  assert.deepEqual(await next, []);
});

Deno.test("a worker that cannot start fails the opening", async () => {
  const options = { workers: 2, module: await compileModule(), script: script(`throw new Error("broken")`) };
  await assert.rejects(WorkerPool.open(options), { name: "DeviceLostError", message: /broken/ });
});

Deno.test("backends open by name, with a sensible number of workers", async () => {
  assert.ok(backendNames.includes("cpu"));
  await using backend = await openBackend("cpu", { workers: 3 });
  assert.equal(backend.concurrency, 3);
  assert.match(backend.device.details, /relaxed SIMD, (fused|separate) multiply-add/);
  await assert.rejects(openCpu({ workers: 0 }), { name: "RangeError" });
});
