/** Times dispatches by the GPU's own clock: a timestamp before and one after each pass. */

/** The most queries that WebGPU allows in one query set. */
const SET_QUERIES = 4096;

/** Measures several passes, each with a pair of timestamps. */
export class DispatchTimer implements Disposable {
  readonly #device: GPUDevice;
  readonly #count: number;
  readonly #sets: readonly GPUQuerySet[];
  readonly #resolved: GPUBuffer;
  readonly #readback: GPUBuffer;

  /** `count` passes, on a device with the feature `timestamp-query`. */
  constructor(device: GPUDevice, count: number) {
    const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
    const sets = Math.ceil(2 * count / SET_QUERIES), size = sets * SET_QUERIES * 8;
    this.#device = device;
    this.#count = count;
    this.#sets = Array.from({ length: sets }, () => device.createQuerySet({ type: "timestamp", count: SET_QUERIES }));
    this.#resolved = device.createBuffer({ label: "timestamps", size, usage: QUERY_RESOLVE | COPY_SRC });
    this.#readback = device.createBuffer({ label: "timestamps", size, usage: COPY_DST | MAP_READ });
  }

  /** The timestamps that pass number `index` is to write; an option of `beginComputePass`. */
  writes(index: number): GPUComputePassTimestampWrites {
    const first = 2 * index % SET_QUERIES, querySet = this.#sets[Math.floor(2 * index / SET_QUERIES)]!;
    return { querySet, beginningOfPassWriteIndex: first, endOfPassWriteIndex: first + 1 };
  }

  /** Waits for the passes and returns the milliseconds of each. */
  async read(): Promise<number[]> {
    const encoder = this.#device.createCommandEncoder();
    this.#sets.forEach((set, index) => {
      encoder.resolveQuerySet(set, 0, SET_QUERIES, this.#resolved, index * SET_QUERIES * 8);
    });
    encoder.copyBufferToBuffer(this.#resolved, 0, this.#readback, 0, this.#readback.size);
    this.#device.queue.submit([encoder.finish()]);
    await this.#readback.mapAsync(GPUMapMode.READ);
    const ns = new BigUint64Array(this.#readback.getMappedRange());
    const ms = Array.from({ length: this.#count }, (_, index) => Number(ns[2 * index + 1]! - ns[2 * index]!) / 1e6);
    this.#readback.unmap();
    return ms;
  }

  /** Destroys its query sets and buffers. */
  [Symbol.dispose](): void {
    for (const set of this.#sets) set.destroy();
    this.#resolved.destroy();
    this.#readback.destroy();
  }
}
