/**
 * GPU buffers that grow on demand and are kept. The garbage collector does not know how much GPU memory they hold, so
 * they are destroyed explicitly.
 */
import { DeviceMemoryError } from "../../core/graph/backend.ts";

/** Sizes are rounded up to multiples of this, bytes. */
const GRAIN_BYTES = 2 ** 16;

/** A buffer that is replaced by a larger one when it is too small. */
export class GrowingBuffer implements Disposable {
  /** How often the buffer was replaced. A bind group made at an earlier version refers to a destroyed buffer. */
  version = 0;
  readonly #device: GPUDevice;
  readonly #descriptor: Omit<GPUBufferDescriptor, "size">;
  readonly #limitBytes: number;
  #buffer: GPUBuffer | undefined;

  /** Creates an empty buffer; `label` names it in errors. */
  constructor(device: GPUDevice, { limitBytes, ...descriptor }: {
    readonly label: string;
    readonly usage: number;
    readonly limitBytes: number;
  }) {
    this.#device = device;
    this.#descriptor = descriptor;
    this.#limitBytes = limitBytes;
  }

  /** Its size now. */
  get bytes(): number {
    return this.#buffer?.size ?? 0;
  }

  /**
   * The buffer, with at least this many bytes. Growing replaces it, and its contents are lost. Throws DeviceMemoryError
   * beyond the limit.
   */
  atLeast(bytes: number): GPUBuffer {
    if (this.#buffer && this.#buffer.size >= bytes) return this.#buffer;
    if (bytes > this.#limitBytes) {
      throw new DeviceMemoryError(this.#descriptor.label!, { needed: bytes, limit: this.#limitBytes });
    }
    const grown = Math.ceil(Math.max(bytes, this.bytes * 1.25, 1) / GRAIN_BYTES) * GRAIN_BYTES;
    this.#buffer?.destroy();
    this.#buffer = this.#device.createBuffer({ ...this.#descriptor, size: Math.min(grown, this.#limitBytes) });
    this.version++;
    return this.#buffer;
  }

  /** Destroys the buffer. */
  [Symbol.dispose](): void {
    this.#buffer?.destroy();
    this.#buffer = undefined;
  }
}
