/** All buffers of a device, and the one bind group over them. */
import { normalQuantiles } from "../../core/random.ts";
import { type GroupLayout, type PlanRun, writeWords } from "./group.ts";
import { GrowingBuffer } from "./memory.ts";
import { PARAMETER_BYTES } from "./wgsl/kernel.ts";

/** Readbacks that are kept for the next groups. */
const IDLE_READBACKS = 4;

/** The arenas that all programs share, what goes up and what comes back. */
export class DeviceMemory implements Disposable {
  readonly #device: GPUDevice;
  readonly #layout: GPUBindGroupLayout;
  readonly #tensors: GrowingBuffer;
  readonly #vectors: GrowingBuffer;
  readonly #results: GrowingBuffer;
  readonly #uploads: GrowingBuffer;
  readonly #parameters: GrowingBuffer;
  readonly #quantiles: GPUBuffer;
  readonly #idleReadbacks: GPUBuffer[] = [];
  #words = new Uint32Array(0);
  #bindGroup: GPUBindGroup | undefined;
  #bound = "";

  /** Nothing but the table of quantiles is allocated yet. */
  constructor(device: GPUDevice, { layout, arenaBytes }: {
    readonly layout: GPUBindGroupLayout;
    readonly arenaBytes: number;
  }) {
    const { STORAGE, COPY_SRC, COPY_DST, UNIFORM } = GPUBufferUsage;
    const growing = (label: string, usage: number, limitBytes = arenaBytes): GrowingBuffer =>
      new GrowingBuffer(device, { label, usage, limitBytes });
    this.#device = device;
    this.#layout = layout;
    this.#tensors = growing("the arena of tensors", STORAGE);
    this.#vectors = growing("the arena of vectors", STORAGE);
    this.#results = growing("results", STORAGE | COPY_SRC);
    this.#uploads = growing("uploads", STORAGE | COPY_DST);
    this.#parameters = growing("parameters", UNIFORM | COPY_DST, device.limits.maxBufferSize);
    this.#quantiles = uploadQuantiles(device);
  }

  get #growing(): readonly GrowingBuffer[] {
    return [this.#tensors, this.#vectors, this.#parameters, this.#results, this.#uploads];
  }

  /** Bytes of all buffers. */
  get bytes(): number {
    const readbacks = this.#idleReadbacks.reduce((sum, { size }) => sum + size, 0);
    return this.#growing.reduce((sum, { bytes }) => sum + bytes, this.#quantiles.size + readbacks);
  }

  /** Makes room for a group and uploads its parameters, constants and feeds. */
  prepare(runs: readonly PlanRun[], layout: GroupLayout): void {
    const { words, uploads, results } = layout.totals;
    this.#tensors.atLeast(Math.max(16, ...runs.map(({ plan }) => plan.tensorBytes)));
    this.#vectors.atLeast(Math.max(16, ...runs.map(({ plan }) => plan.vectorBytes)));
    this.#results.atLeast(results * 4);
    const uploaded = this.#uploads.atLeast(uploads * 4),
      parameters = this.#parameters.atLeast(words * 4 + PARAMETER_BYTES);
    if (this.#words.length < words) this.#words = new Uint32Array(words);
    runs.forEach((run, index) => {
      writeWords(run, index, { layout, words: this.#words });
      if (run.uploads.length > 0) this.#device.queue.writeBuffer(uploaded, layout.uploads[index]! * 4, run.uploads);
    });
    this.#device.queue.writeBuffer(parameters, 0, this.#words, 0, words);
  }

  /** The bind group, the same until a buffer grows. */
  bindGroup(): GPUBindGroup {
    const versions = this.#growing.map(({ version }) => version).join();
    if (this.#bindGroup && this.#bound === versions) return this.#bindGroup;
    const resources: GPUBufferBinding[] = this.#growing.map((growing) => ({ buffer: growing.atLeast(0) }));
    resources[2] = { ...resources[2]!, size: PARAMETER_BYTES };
    resources.push({ buffer: this.#quantiles });
    this.#bound = versions;
    return this.#bindGroup = this.#device.createBindGroup({
      layout: this.#layout,
      entries: resources.map((resource, binding) => ({ binding, resource })),
    });
  }

  /** Submits a copy of the results to a buffer that can be read while later groups write theirs. */
  copyResults(bytes: number): GPUBuffer {
    const fits = this.#idleReadbacks.findIndex(({ size }) => size >= bytes);
    const readback = fits >= 0 ? this.#idleReadbacks.splice(fits, 1)[0]! : this.#device.createBuffer({
      label: "readback",
      size: Math.ceil(Math.max(bytes, 1) / 256) * 256,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    const encoder = this.#device.createCommandEncoder();
    encoder.copyBufferToBuffer(this.#results.atLeast(0), 0, readback, 0, bytes);
    this.#device.queue.submit([encoder.finish()]);
    return readback;
  }

  /** Waits for a copy, and keeps its buffer for the next. Rejects where the device is lost. */
  async read(readback: GPUBuffer, bytes: number): Promise<Float32Array<ArrayBuffer>> {
    await readback.mapAsync(GPUMapMode.READ, 0, bytes);
    const values = new Float32Array(bytes / 4);
    values.set(new Float32Array(readback.getMappedRange(0, bytes)));
    readback.unmap();
    if (this.#idleReadbacks.length < IDLE_READBACKS) this.#idleReadbacks.push(readback);
    else readback.destroy();
    return values;
  }

  /** Gives everything back. */
  [Symbol.dispose](): void {
    for (const buffer of this.#growing) buffer[Symbol.dispose]();
    for (const readback of this.#idleReadbacks.splice(0)) readback.destroy();
    this.#quantiles.destroy();
  }
}

function uploadQuantiles(device: GPUDevice): GPUBuffer {
  const table = normalQuantiles() as Int32Array<ArrayBuffer>;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const buffer = device.createBuffer({ label: "quantiles", size: table.byteLength, usage });
  device.queue.writeBuffer(buffer, 0, table);
  return buffer;
}
