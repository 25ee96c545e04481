/** The peak speed of an adapter: multiply-adds in registers, and copies in memory. */
import { type AdapterChoice, requestAdapter } from "./adapters.ts";
import { DispatchTimer } from "./timer.ts";
import { each, WORKGROUP } from "./wgsl/kernel.ts";

/** The measured peak speed of a device. */
export interface DeviceSpeed {
  /** Billions of operations a second in registers; a multiply-add is two. */
  readonly gflops: number;
  /** Gigabytes a second read and written by a copy. */
  readonly gbps: number;
}

const WORKGROUPS = 1024;
/** Independent sums of an invocation, so that no multiply-add waits for the one before. */
const SUMS = 8;
const COPY_BYTES = 2 ** 25;
/** The amount of work is doubled until it takes this many milliseconds; then the clock's resolution does not matter. */
const LONG_ENOUGH_MS = 30;

/**
 * 8 × 4 fused multiply-adds per step and invocation, in workgroups of 256. Nothing is read; each workgroup writes one
 * value, so that the compiler keeps the work.
 */
const multiplyAddsText = `
@group(0) @binding(0) var<storage, read_write> out: array<f32>;
@group(0) @binding(1) var<uniform> steps: u32;
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(workgroup_id) group: vec3<u32>, @builtin(local_invocation_index) local: u32) {
  let factor = vec4<f32>(0.5 + f32(local) * 1e-3);
  let addend = vec4<f32>(f32(group.x) * 1e-6);
  ${each(SUMS, (i) => `var sum${i} = vec4<f32>(${i}.0);`)}
  for (var step = 0u; step < steps; step++) {
    ${each(SUMS, (i) => `sum${i} = fma(sum${i}, factor, addend);`)}
  }
  let total = ${Array.from({ length: SUMS }, (_, i) => `sum${i}`).join(" + ")};
  if (local == 0u) { out[group.x] = total.x + total.y + total.z + total.w; }
}`;

/** The GPU objects of a measurement, destroyed at its end. */
class Bench implements Disposable {
  readonly device: GPUDevice;
  readonly #buffers: GPUBuffer[] = [];
  readonly #clock: DispatchTimer | undefined;

  constructor(device: GPUDevice) {
    this.device = device;
    this.#clock = device.features.has("timestamp-query") ? new DispatchTimer(device, 1) : undefined;
  }

  buffer(size: number, usage: number): GPUBuffer {
    const buffer = this.device.createBuffer({ size, usage });
    this.#buffers.push(buffer);
    return buffer;
  }

  /**
   * Milliseconds of one pass: by the GPU's timestamps where it has them, else the time until the device is idle again.
   */
  async passMs(encode: (pass: GPUComputePassEncoder) => void): Promise<number> {
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass(this.#clock ? { timestampWrites: this.#clock.writes(0) } : {});
    encode(pass);
    pass.end();
    const from = performance.now();
    this.device.queue.submit([encoder.finish()]);
    await this.device.queue.onSubmittedWorkDone();
    return this.#clock ? (await this.#clock.read())[0]! : performance.now() - from;
  }

  [Symbol.dispose](): void {
    this.#clock?.[Symbol.dispose]();
    for (const buffer of this.#buffers) buffer.destroy();
    this.device.destroy();
  }
}

/** Work per millisecond, measured with an amount that takes at least {@link LONG_ENOUGH_MS}. */
export async function rateOf(time: (amount: number) => Promise<number>): Promise<number> {
  await time(1);
  for (let amount = 1;; amount *= 2) {
    const ms = await time(amount);
    if (ms >= LONG_ENOUGH_MS || amount >= 2 ** 20) return amount / Math.min(ms, await time(amount));
  }
}

async function measureGflops(bench: Bench): Promise<number> {
  const { device } = bench, { STORAGE, UNIFORM, COPY_DST } = GPUBufferUsage;
  const module = device.createShaderModule({ code: multiplyAddsText });
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module, entryPoint: "main" } });
  const out = bench.buffer(4 * WORKGROUPS, STORAGE), steps = bench.buffer(16, UNIFORM | COPY_DST);
  const entries = [out, steps].map((buffer, binding) => ({ binding, resource: { buffer } }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  const perMs = await rateOf((amount) => {
    device.queue.writeBuffer(steps, 0, Uint32Array.of(64 * amount));
    return bench.passMs((pass) => {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(WORKGROUPS);
    });
  });
  return perMs * 64 * 2 * 4 * SUMS * WORKGROUP * WORKGROUPS / 1e6;
}

/** `to[i] = source[i]`, one quad an invocation: 16 bytes read, 16 written. */
const copyText = `
@group(0) @binding(0) var<storage, read_write> to: array<vec4<f32>>;
@group(0) @binding(1) var<storage, read> source: array<vec4<f32>>;
@compute @workgroup_size(${WORKGROUP})
fn main(@builtin(global_invocation_id) id: vec3<u32>) { to[id.x] = source[id.x]; }`;

async function measureGbps(bench: Bench): Promise<number> {
  const { device } = bench, module = device.createShaderModule({ code: copyText });
  const pipeline = device.createComputePipeline({ layout: "auto", compute: { module, entryPoint: "main" } });
  const entries = [0, 1].map((binding) => ({
    binding,
    resource: { buffer: bench.buffer(COPY_BYTES, GPUBufferUsage.STORAGE) },
  }));
  const group = device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
  const perMs = await rateOf((amount) =>
    bench.passMs((pass) => {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      for (let copy = 0; copy < amount; copy++) pass.dispatchWorkgroups(COPY_BYTES / 16 / WORKGROUP);
    })
  );
  return perMs * 2 * COPY_BYTES / 1e6;
}

/** Measures an adapter, in about a second. Throws NoAdapterError where no adapter matches the choice. */
export async function measureAdapter(choice: AdapterChoice): Promise<DeviceSpeed> {
  const { adapter } = await requestAdapter(choice);
  const requiredFeatures: GPUFeatureName[] = adapter.features.has("timestamp-query") ? ["timestamp-query"] : [];
  using bench = new Bench(await adapter.requestDevice({ requiredFeatures }));
  return { gflops: await measureGflops(bench), gbps: await measureGbps(bench) };
}
