/** The GPU buffers of states on a device. They are lost with it. */
import { DeviceLostError, DeviceMemoryError } from "../../core/graph/backend.ts";
import { HELD_ELEMENT_BYTES, type HeldPlace } from "./held.ts";
import type { SubmittedGroup } from "./device.ts";

/** The number that a state is known by. */
export type StateId = number;

/** Tensors of a state that are read or replaced. */
export interface HeldAccess {
  readonly state: StateId;
  readonly places: readonly HeldPlace[];
}

/** What to do about a state that is lost. */
export const CHECKPOINT_HINT = "load the last checkpoint into a new state";

/** Bytes after which a read goes on in another readback buffer. */
const READBACK_BYTES = 2 ** 26;

const bytesOf = ({ elements }: HeldPlace): number => elements * HELD_ELEMENT_BYTES;

/** The states of a device. What is asked here takes effect in the order of the device's queue. */
export class HeldBuffers implements Disposable {
  readonly #device: GPUDevice;
  readonly #states = new Map<StateId, readonly GPUBuffer[] | DeviceMemoryError>();
  readonly #readbacks = new Set<GPUBuffer>();

  /** A device that holds nothing. */
  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** Bytes of all buffers. */
  get bytes(): number {
    const held = [...this.#states.values()].flatMap((buffers) => buffers instanceof Error ? [] : buffers);
    return [...held, ...this.#readbacks].reduce((sum, { size }) => sum + size, 0);
  }

  /** Makes a state of zeros. Where the device has no room for it, every use of it is refused. */
  async hold(state: StateId, pageBytes: readonly number[]): Promise<void> {
    const { STORAGE, COPY_SRC, COPY_DST } = GPUBufferUsage, usage = STORAGE | COPY_SRC | COPY_DST;
    this.#device.pushErrorScope("out-of-memory");
    const buffers = pageBytes.map((size, page) =>
      this.#device.createBuffer({ label: `page ${page} of held tensors`, size, usage })
    );
    const error = await this.#device.popErrorScope();
    this.#states.set(state, buffers);
    if (!error) return;
    this.drop(state);
    const needed = pageBytes.reduce((sum, bytes) => sum + bytes, 0);
    this.#states.set(state, new DeviceMemoryError(`a state (${error.message})`, { needed, limit: this.bytes }));
  }

  /** Frees a state. */
  drop(state: StateId): void {
    const buffers = this.#states.get(state) ?? [];
    this.#states.delete(state);
    if (!(buffers instanceof Error)) { for (const buffer of buffers) buffer.destroy(); }
  }

  /** Why a state cannot be used; undefined where it can. */
  refusal(state: StateId): Error | undefined {
    const buffers = this.#states.get(state);
    if (buffers === undefined) {
      return new DeviceLostError(`Cannot use a state as it was lost with its device: ${CHECKPOINT_HINT}`);
    }
    return buffers instanceof Error ? buffers : undefined;
  }

  /** A buffer of a state that is not refused. */
  buffer(state: StateId, page: number): GPUBuffer {
    return (this.#states.get(state) as readonly GPUBuffer[])[page]!;
  }

  /** Copies tensors to readback buffers, which are freed once they are read. */
  read({ state, places }: HeldAccess): SubmittedGroup {
    const batches = batchesOf(places), encoder = this.#device.createCommandEncoder();
    const readbacks = batches.map((batch) => this.#copyOut(encoder, state, batch));
    this.#device.queue.submit([encoder.finish()]);
    const read = async (): Promise<Float32Array<ArrayBuffer>[][]> => {
      try {
        return [(await Promise.all(batches.map((batch, index) => mapped(readbacks[index]!, batch)))).flat()];
      } catch (cause) {
        throw new DeviceLostError("Cannot read held tensors as the device is lost", { cause });
      } finally {
        for (const readback of readbacks) this.#free(readback);
      }
    };
    return { read };
  }

  #copyOut(encoder: GPUCommandEncoder, state: StateId, batch: readonly HeldPlace[]): GPUBuffer {
    const size = batch.reduce((sum, place) => sum + bytesOf(place), 0);
    const usage = GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST;
    const readback = this.#device.createBuffer({ label: "readback of held tensors", size, usage });
    this.#readbacks.add(readback);
    let to = 0;
    for (const place of batch) {
      const from = place.at * HELD_ELEMENT_BYTES;
      encoder.copyBufferToBuffer(this.buffer(state, place.page), from, readback, to, bytesOf(place));
      to += bytesOf(place);
    }
    return readback;
  }

  #free(readback: GPUBuffer): void {
    this.#readbacks.delete(readback);
    readback.destroy();
  }

  /** Replaces tensors by values that stand one after the other. */
  write({ state, places }: HeldAccess, values: Float32Array<ArrayBuffer>): void {
    let from = 0;
    for (const { page, at, elements } of places) {
      const part = values.subarray(from, from += elements);
      this.#device.queue.writeBuffer(this.buffer(state, page), at * HELD_ELEMENT_BYTES, part);
    }
  }

  /** Frees all states. */
  [Symbol.dispose](): void {
    for (const state of [...this.#states.keys()]) this.drop(state);
    for (const readback of [...this.#readbacks]) this.#free(readback);
  }
}

/** Places in order, in batches of at most {@link READBACK_BYTES}, or of one larger place. */
function batchesOf(places: readonly HeldPlace[]): HeldPlace[][] {
  const batches: HeldPlace[][] = [];
  let room = 0;
  for (const place of places) {
    room -= bytesOf(place);
    if (room >= 0) {
      batches.at(-1)!.push(place);
      continue;
    }
    batches.push([place]);
    room = READBACK_BYTES - bytesOf(place);
  }
  return batches;
}

async function mapped(readback: GPUBuffer, batch: readonly HeldPlace[]): Promise<Float32Array<ArrayBuffer>[]> {
  await readback.mapAsync(GPUMapMode.READ);
  const all = new Float32Array(readback.getMappedRange());
  let from = 0;
  return batch.map(({ elements }) => all.slice(from, from += elements));
}
