/** All buffers of a device, and the bind groups over them. */
import { normalQuantiles } from "../../core/numeric/random.ts";
import { type GroupLayout, type PlanRun, writeWords } from "./group.ts";
import { GrowingBuffer } from "./memory.ts";
import { PARAMETER_BYTES, SLOTS } from "./wgsl/kernel.ts";

/** Readback buffers that are kept for later groups instead of being destroyed. */
const IDLE_READBACKS = 4;

/** A state's buffer that a dispatch uses in place of the uploads or of the results, and a key that names both. */
export interface HeldBinding {
  readonly buffer: GPUBuffer;
  readonly inPlaceOf: "uploads" | "results";
  readonly key: string;
}

/** Gives the bind group layout of dispatches whose tensors are in these pages. */
type LayoutOf = (pages: readonly number[]) => GPUBindGroupLayout;

/**
 * The buffers of a device: the arenas that all programs share, uploads, parameters, results, and the readback buffers
 * that results are copied to.
 */
export class DeviceMemory implements Disposable {
  readonly #device: GPUDevice;
  readonly #layout: LayoutOf;
  readonly #bufferBytes: number;
  readonly #pages: GrowingBuffer[] = [];
  readonly #vectors: GrowingBuffer;
  readonly #results: GrowingBuffer;
  readonly #uploads: GrowingBuffer;
  readonly #parameters: GrowingBuffer;
  readonly #quantiles: GPUBuffer;
  /** Small buffers, bound to the slots that a dispatch does not use. */
  readonly #spares: readonly GPUBuffer[];
  readonly #idleReadbacks: GPUBuffer[] = [];
  #words = new Uint32Array(0);
  readonly #bindGroups = new Map<string, GPUBindGroup>();
  #bound = "";

  /** Allocates only the table of quantiles and the small spare buffers; the others grow when runs need them. */
  constructor(device: GPUDevice, { layout, bufferBytes }: {
    readonly layout: LayoutOf;
    readonly bufferBytes: number;
  }) {
    const { STORAGE, COPY_SRC, COPY_DST, UNIFORM } = GPUBufferUsage;
    this.#device = device;
    this.#layout = layout;
    this.#bufferBytes = bufferBytes;
    this.#vectors = this.#grow("the arena of vectors", STORAGE);
    this.#results = this.#grow("results", STORAGE | COPY_SRC);
    this.#uploads = this.#grow("uploads", STORAGE | COPY_DST);
    this.#parameters = this.#grow("parameters", UNIFORM | COPY_DST, device.limits.maxBufferSize);
    this.#quantiles = uploadQuantiles(device);
    this.#spares = Array.from({ length: SLOTS - 1 }, () => device.createBuffer({ size: 16, usage: STORAGE }));
  }

  #grow(label: string, usage: number, limitBytes = this.#bufferBytes): GrowingBuffer {
    return new GrowingBuffer(this.#device, { label, usage, limitBytes });
  }

  #page(index: number): GrowingBuffer {
    return this.#pages[index] ??= this.#grow(`page ${index} of tensors`, GPUBufferUsage.STORAGE);
  }

  get #growing(): readonly GrowingBuffer[] {
    return [this.#vectors, this.#parameters, this.#results, this.#uploads, ...this.#pages];
  }

  /** Bytes of all buffers. */
  get bytes(): number {
    const fixed = [this.#quantiles, ...this.#spares, ...this.#idleReadbacks].reduce((sum, { size }) => sum + size, 0);
    return this.#growing.reduce((sum, { bytes }) => sum + bytes, fixed);
  }

  /** Grows the buffers to what a group needs, and uploads its parameters, constants and feeds. */
  prepare(runs: readonly PlanRun[], layout: GroupLayout): void {
    const { words, uploads, results } = layout.totals;
    for (const { plan: { pageBytes } } of runs) pageBytes.forEach((bytes, page) => this.#page(page).atLeast(bytes));
    this.#page(0).atLeast(16);
    this.#vectors.atLeast(Math.max(16, ...runs.map(({ plan }) => plan.vectorBytes)));
    this.#results.atLeast(results * 4);
    const uploaded = this.#uploads.atLeast(uploads * 4),
      parameters = this.#parameters.atLeast(words * 4 + PARAMETER_BYTES);
    this.#forgetStaleGroups();
    if (this.#words.length < words) this.#words = new Uint32Array(words);
    runs.forEach((run, index) => {
      writeWords(run, index, { layout, words: this.#words });
      if (run.uploads.length > 0) this.#device.queue.writeBuffer(uploaded, layout.uploads[index]! * 4, run.uploads);
    });
    this.#device.queue.writeBuffer(parameters, 0, this.#words, 0, words);
  }

  #forgetStaleGroups(): void {
    const versions = this.#growing.map(({ version }) => version).join();
    if (this.#bound !== versions) this.#bindGroups.clear();
    this.#bound = versions;
  }

  /**
   * The bind group of dispatches whose tensors are in these pages. It is cached until a buffer is replaced by a larger
   * one, or {@link forgetGroups}.
   */
  bindGroup(pages: readonly number[], held?: HeldBinding): GPUBindGroup {
    const key = held ? `${pages} ${held.key}` : pages.join(), known = this.#bindGroups.get(key);
    if (known) return known;
    const made = this.#bind(pages, held);
    this.#bindGroups.set(key, made);
    return made;
  }

  /** Forgets bind groups, some of which may name a buffer that is freed. */
  forgetGroups(): void {
    this.#bindGroups.clear();
  }

  #bind(pages: readonly number[], held: HeldBinding | undefined): GPUBindGroup {
    const of = (role: HeldBinding["inPlaceOf"], own: GrowingBuffer): GPUBufferBinding =>
      held?.inPlaceOf === role ? { buffer: held.buffer } : buffer(own);
    const [first = 0, ...more] = pages, buffer = (of: GrowingBuffer): GPUBufferBinding => ({ buffer: of.atLeast(0) });
    const slots = more.map((page) => buffer(this.#page(page)));
    const spares = more.length === 0 ? [] : this.#spares.slice(more.length).map((buffer) => ({ buffer }));
    const resources: GPUBufferBinding[] = [
      buffer(this.#page(first)),
      buffer(this.#vectors),
      { ...buffer(this.#parameters), size: PARAMETER_BYTES },
      of("results", this.#results),
      of("uploads", this.#uploads),
      { buffer: this.#quantiles },
      ...slots,
      ...spares,
    ];
    return this.#device.createBindGroup({
      layout: this.#layout(pages),
      entries: resources.map((resource, binding) => ({ binding, resource })),
    });
  }

  /**
   * Encodes a copy of the results to a readback buffer, so that later groups can overwrite the results before it is
   * read.
   */
  copyResults(encoder: GPUCommandEncoder, bytes: number): GPUBuffer {
    const fits = this.#idleReadbacks.findIndex(({ size }) => size >= bytes);
    const readback = fits >= 0 ? this.#idleReadbacks.splice(fits, 1)[0]! : this.#device.createBuffer({
      label: "readback",
      size: Math.ceil(Math.max(bytes, 1) / 256) * 256,
      usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
    });
    encoder.copyBufferToBuffer(this.#results.atLeast(0), 0, readback, 0, bytes);
    return readback;
  }

  /**
   * Waits for the copy, returns its values, and keeps its buffer for a later group. Rejects where the device is lost.
   */
  async read(readback: GPUBuffer, bytes: number): Promise<Float32Array<ArrayBuffer>> {
    await readback.mapAsync(GPUMapMode.READ, 0, bytes);
    const values = new Float32Array(bytes / 4);
    values.set(new Float32Array(readback.getMappedRange(0, bytes)));
    readback.unmap();
    if (this.#idleReadbacks.length < IDLE_READBACKS) this.#idleReadbacks.push(readback);
    else readback.destroy();
    return values;
  }

  /** Destroys all buffers. */
  [Symbol.dispose](): void {
    for (const buffer of this.#growing) buffer[Symbol.dispose]();
    for (const readback of this.#idleReadbacks.splice(0)) readback.destroy();
    for (const buffer of [this.#quantiles, ...this.#spares]) buffer.destroy();
  }
}

function uploadQuantiles(device: GPUDevice): GPUBuffer {
  const table = normalQuantiles() as Int32Array<ArrayBuffer>;
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const buffer = device.createBuffer({ label: "quantiles", size: table.byteLength, usage });
  device.queue.writeBuffer(buffer, 0, table);
  return buffer;
}
