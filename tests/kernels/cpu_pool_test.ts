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

Deno.test("disposed programs leave the workers, those in mid-run after it", async () => {
  await using backend = await openCpu({ workers: 1 });
  const feeds = { x: Float32Array.of(1) }, kept = backend.compile(reluOf([1]));
  await kept.run({ feeds });
  for (const early of [false, true]) {
    const disposed = Array.from({ length: 3 }, () => backend.compile(reluOf([1])));
    const runs = disposed.map((program) => program.run({ feeds }));
    const dispose = (): void => disposed.forEach((program) => program[Symbol.dispose]());
    if (early) dispose();
    await Promise.all(runs);
    if (!early) {
      assert.deepEqual(backend.programs, [4]);
      dispose();
    }
    await kept.run({ feeds });
    assert.deepEqual(backend.programs, [1]);
  }
});

const script = (source: string): URL => new URL(`data:application/javascript,${encodeURIComponent(source)}`);

/** Replies to a run with 1 where the graph came with it, else with 0; crashes under seed 1. */
const crashing = script(`onmessage = ({ data }) => {
  if (data.options?.seed === 1) throw new Error("out of order");
  const outputs = data.type === "run" ? [Float32Array.of(data.graph ? 1 : 0)] : [];
  if (data.type !== "drop") postMessage({ type: "done", outputs, holdings: { memoryBytes: 1, programs: 0 } });
}`);

Deno.test("a worker that crashes fails its run and is replaced by one that knows no program", async () => {
  await using pool = await WorkerPool.open({ workers: 1, module: await compileModule(), script: crashing });
  const program = { id: 0, graph: reluOf([1]) };
  const runs = [2, 2, 1, 2].map((seed) => pool.run(program, { seed }));
  await assert.rejects(runs[2]!, { name: "DeviceLostError", message: /crashed: .*out of order/ });
  assert.deepEqual(await Promise.all([runs[0], runs[1], runs[3]]), [1, 0, 1].map((sent) => [Float32Array.of(sent)]));
});

/** As {@link crashing}, but replies to a run under seed 3 when it is told to. */
const held = script(`onmessage = ({ data }) => {
  if (data.options?.seed === 1) throw new Error("out of order");
  const reply = () => postMessage({ type: "done", outputs: [], holdings: { memoryBytes: 1, programs: 0 } });
  if (data.options?.seed === 3) new BroadcastChannel("held").onmessage = reply;
  else reply();
}`);

/** Says that it begins, and crashes. */
const broken = script(`new BroadcastChannel("broken").postMessage(0); throw new Error("broken");`);

/** A pool whose first workers run a script, and whose later ones cannot start. */
async function failingPool(workers: number, first: URL): Promise<WorkerPool> {
  const module = await compileModule(), scripts = Array<URL>(workers).fill(first);
  const next = (): URL => scripts.shift() ?? broken;
  return await WorkerPool.open({
    ...{ workers, module },
    get script() {
      return next();
    },
  });
}

Deno.test("where no worker is left, what waits fails, and so does what comes after", async () => {
  await using pool = await failingPool(1, crashing);
  const program = { id: 0, graph: reluOf([1]) };
  const runs = [1, 2, 2].map((seed) => pool.run(program, { seed }));
  const reasons = (await Promise.allSettled(runs)).map((run) =>
    run.status === "rejected" ? run.reason.message : "done"
  );
  assert.match(reasons[0], /its worker crashed: .*out of order/);
  for (const reason of reasons.slice(1)) assert.match(reason, /no worker could be started: .*broken/);
  await assert.rejects(pool.run(program, {}), { name: "DeviceLostError", message: /no worker is left/ });
});

Deno.test("where a worker cannot be replaced, the others do what waits", async () => {
  const failed = new BroadcastChannel("broken"), gate = new BroadcastChannel("held");
  await using pool = await failingPool(2, held);
  const program = { id: 0, graph: reluOf([1]) };
  failed.onmessage = () => setTimeout(() => gate.postMessage(0), 50); // its crash is known by then
  const [crash, ...others] = [1, 3, 2, 2].map((seed) => pool.run(program, { seed }));
  await assert.rejects(crash!, /crashed/);
  assert.deepEqual(await Promise.all(others), [[], [], []]);
  for (const channel of [failed, gate]) channel.close();
});

Deno.test("a program that was dropped is sent again", async () => {
  await using pool = await WorkerPool.open({ workers: 1, module: await compileModule() });
  const program = { id: 0, graph: reluOf([1]) }, options = { feeds: { x: Float32Array.of(3) } };
  for (let times = 0; times < 2; times++) {
    assert.deepEqual(await pool.run(program, options), [Float32Array.of(3)]);
    pool.drop(program);
  }
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
