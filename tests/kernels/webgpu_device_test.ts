import assert from "node:assert/strict";
import { DeviceLostError, DeviceMemoryError, type Graph, GraphBuilder } from "../../core/mod.ts";
import { KernelError, NoAdapterError, openWebGpu } from "../../kernels/mod.ts";
import { GpuDevice } from "../../kernels/webgpu/device.ts";
import { kernels } from "../../kernels/webgpu/kernels.ts";
import { planGraph } from "../../kernels/webgpu/plan.ts";
import { convolutions } from "./candidates.ts";
import { layerGraph, randomLayer } from "./layers.ts";
import { adapter, webGpuTest } from "./webgpu.ts";

function reluOf(shape: readonly number[]): Graph {
  const builder = new GraphBuilder();
  return builder.build([builder.add("relu", [builder.add("input", [], { name: "x", shape })], {})]);
}

/**
 * Kernels that layers use: uploads, downloads, six convolutions, two depthwise ones, four of statistics and their vectors,
 * and two views.
 */
const LAYER_KERNELS = 16;

webGpuTest("shapes share a fixed set of pipelines", async () => {
  await using backend = await openWebGpu();
  const run = async (index: number): Promise<void> => {
    const { graph, run } = layerGraph(randomLayer(index), { whole: index % 2 === 0 });
    using program = backend.compile(graph);
    await program.run(run);
  };
  await Promise.all(Array.from({ length: 240 }, (_, index) => run(index)));
  const { pipelines } = await backend.usage();
  assert.ok(pipelines >= 12 && pipelines <= LAYER_KERNELS, `${pipelines}`);
  assert.equal(Object.keys(kernels).length, 64);
});

/**
 * What 2,000 candidates may add to a process that has collected its garbage: a KiB each, less than the parameters that each
 * has on the device and here. Over 18,000 candidates a process gained 0.11 KiB each, in steps with thousands between them.
 */
const KEPT_BYTES = 2000 * 1024;

/** What a process holds, printed by webgpu_memory_child.ts after each 1,000 candidates. */
interface Holding {
  readonly outsideBytes: number;
  readonly heapBytes: number;
  readonly deviceBytes: number;
}

webGpuTest("2,000 candidates leave nothing behind", async () => {
  const script = new URL("./webgpu_memory_child.ts", import.meta.url).href;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--v8-flags=--expose-gc", script, "4000"],
    stdin: "null",
  });
  const { code, stdout, stderr } = await child.output(), text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  assert.equal(code, 0, text(stderr));
  const holdings: Holding[] = text(stdout).trim().split("\n").map((line) => JSON.parse(line));
  // The engine's heap and the driver's pools take the first 2,000 to reach their size.
  const [before, after] = [holdings[1]!, holdings[3]!];
  assert.equal(after.deviceBytes, before.deviceBytes);
  for (const part of ["outsideBytes", "heapBytes"] as const) {
    assert.ok(after[part] - before[part] < KEPT_BYTES, `${part}: ${holdings.map((each) => each[part])}`);
  }
});

webGpuTest("candidates in flight share buffers, submissions and readbacks", async () => {
  await using backend = await openWebGpu();
  const run = async (index: number): Promise<void> => {
    using program = backend.compile(convolutions(1 + index % 8, 1 + index % 2));
    await program.run({ seed: 1 });
  };
  const some = (): Promise<void[]> => Promise.all(Array.from({ length: 20 }, (_, index) => run(index)));
  await some();
  const before = await backend.usage();
  for (let index = 0; index < 200; index += 20) await some();
  const after = await backend.usage();
  // How many readbacks wait for the host at once depends on its other work.
  assert.ok(after.bytes < 1.1 * before.bytes, `${before.bytes} to ${after.bytes} bytes`);
  assert.ok(after.groups - before.groups <= 200 / 4, `${after.groups - before.groups} groups`);
});

webGpuTest("a candidate's bits do not depend on what runs beside it", async () => {
  await using backend = await openWebGpu();
  using program = backend.compile(convolutions(9, 3));
  const [alone] = await program.run({ seed: 4, draw: 1 });
  const others = Array.from({ length: 30 }, (_, index) => backend.compile(convolutions(1 + index, 2)));
  const runs = others.flatMap((other) => [other.run({ seed: 2 }), program.run({ seed: 4, draw: 1 })]);
  (await Promise.all(runs)).forEach(([value], index) => {
    if (index % 2 === 1) assert.deepEqual(value, alone);
  });
  for (const other of others) other[Symbol.dispose]();
});

webGpuTest("a kernel that does not compile is told by operation, pipeline and line", async () => {
  const { fields, width, body } = kernels.view1;
  const broken = { ...kernels, view1: { fields, width, body: `${body}\nfn odd() -> u32 { return 1.5; }` } };
  using device = await GpuDevice.open({ adapter: "best", precision: "f32", kernels: broken });
  const { plan, uploadsOf } = planGraph(reluOf([3]), { limits: device.limits, precision: "f32" });
  const run = { plan, options: {}, uploads: uploadsOf({ feeds: { x: Float32Array.of(1, 2, 3) } }) };
  await assert.rejects(device.submit([run]), (error) => {
    assert.ok(error instanceof KernelError, `${error}`);
    assert.deepEqual([error.op, error.pipeline], ["relu", "view1"]);
    assert.ok(error.line !== undefined && error.line > 60, `${error.line}`);
    assert.match(error.message, /^Cannot run relu as its kernel view1 fails at WGSL line \d+: /);
    return true;
  });
});

webGpuTest("a dispatch that the driver refuses is told by operation and pipeline, and others go on", async () => {
  using device = await GpuDevice.open({ adapter: "best", precision: "f32" });
  const { plan, uploadsOf } = planGraph(reluOf([3]), { limits: device.limits, precision: "f32" });
  const uploads = uploadsOf({ feeds: { x: Float32Array.of(-1, 0, 2) } });
  const run = { plan, options: {}, uploads };
  const tooWide = plan.dispatches.map((dispatch) =>
    dispatch.op === "relu" && dispatch.kernel === "view1"
      ? { ...dispatch, workgroups: [device.limits.workgroups + 1, 1, 1] as const }
      : dispatch
  );
  const refused = await device.submit([{ ...run, plan: { ...plan, dispatches: tooWide } }]);
  await assert.rejects(refused.read(), { name: "KernelError", op: "relu", pipeline: "view1" });
  assert.deepEqual(await (await device.submit([run])).read(), [[Float32Array.of(0, 0, 2)]]);
});

webGpuTest("a tensor that no buffer holds is named with the limit", async () => {
  await using backend = await openWebGpu();
  const builder = new GraphBuilder();
  const x = builder.add("gaussian", [], { shape: [2 ** 15, 2 ** 16], stream: 0 });
  const graph = builder.build([builder.add("sum", [x], {})]);
  assert.throws(() => backend.compile(graph), (error) => {
    assert.ok(error instanceof DeviceMemoryError);
    const { maxStorageBufferBindingSize, maxBufferSize } = adapter!.limits;
    const limit = Math.min(maxStorageBufferBindingSize!, maxBufferSize!, 2 ** 32);
    assert.ok(error.limitBytes <= limit && error.limitBytes > limit - 256, `${error.limitBytes}`);
    assert.match(
      error.message,
      /^Cannot hold tensor gaussian 0 \[32768,65536\] in one storage buffer as it needs 8589934592 bytes of at most \d+$/,
    );
    return error.neededBytes === 2 ** 33;
  });
});

webGpuTest("a device lost in mid-run is opened again, and results are the same", async () => {
  const scores = async (loseAt: number): Promise<string[]> => {
    await using backend = await openWebGpu();
    const runs = Array.from({ length: 96 }, async (_, index) => {
      using program = backend.compile(convolutions(1 + index % 12, 1 + index % 5));
      const [score] = await program.run({ seed: 3, draw: index });
      if (index === loseAt) backend.loseDevice();
      return new Uint32Array(score!.buffer).join();
    });
    const results = await Promise.all(runs);
    assert.equal((await backend.usage()).openings, loseAt < 0 ? 1 : 2);
    return results;
  };
  const undisturbed = await scores(-1);
  assert.equal(new Set(undisturbed).size, 96);
  assert.deepEqual(await scores(5), undisturbed);
});

webGpuTest("a device that is lost says why, and its runs fail with the reason", async () => {
  using device = await GpuDevice.open({ adapter: "best", precision: "f32" });
  const { plan, uploadsOf } = planGraph(reluOf([3]), { limits: device.limits, precision: "f32" });
  const run = { plan, options: {}, uploads: uploadsOf({ feeds: { x: Float32Array.of(1, 2, 3) } }) };
  const group = await device.submit([run]);
  device.lose();
  assert.match(device.lost!, /^destroyed/);
  await assert.rejects(group.read(), { name: "DeviceLostError", message: /device is lost: destroyed/ });
});

webGpuTest("a disposed program is not run, one that runs already ends", async () => {
  await using backend = await openWebGpu();
  const program = backend.compile(reluOf([1])), options = { feeds: { x: Float32Array.of(1) } };
  const running = program.run(options);
  program[Symbol.dispose]();
  assert.deepEqual(await running, [Float32Array.of(1)]);
  await assert.rejects(program.run(options), { name: "DeviceLostError", message: /it is disposed/ });
});

webGpuTest("errors of a run keep their class, and the device goes on", async () => {
  await using backend = await openWebGpu();
  using program = backend.compile(reluOf([3]));
  await assert.rejects(program.run(), { name: "RangeError", message: /got none for x/ });
  await assert.rejects(program.run({ feeds: { x: new Float32Array(2) } }), { name: "ShapeError" });
  await assert.rejects(program.run({ seed: -1 }), { name: "RangeError", message: /Cannot seed/ });
  const [y] = await program.run({ feeds: { x: Float32Array.of(-1, 0, 2) } });
  assert.deepEqual([...y!], [0, 0, 2]);
});

webGpuTest("closing fails what has not finished, and runs after it", async () => {
  const backend = await openWebGpu();
  using program = backend.compile(convolutions(64, 4));
  const settled = Promise.allSettled([program.run(), program.run()]);
  await backend[Symbol.asyncDispose]();
  for (const result of await settled) {
    assert.ok(result.status === "rejected" && result.reason instanceof DeviceLostError);
  }
  await assert.rejects(program.run(), DeviceLostError);
});

Deno.test("an adapter that is not there is refused with those that are", async () => {
  const known = adapter ? [adapter.name] : [];
  await assert.rejects(openWebGpu({ adapter: "no such adapter" }), (error) => {
    assert.ok(error instanceof NoAdapterError, `${error}`);
    assert.deepEqual(error.known.slice(0, 1), known);
    return /asked for no such adapter$/.test(error.message);
  });
});
