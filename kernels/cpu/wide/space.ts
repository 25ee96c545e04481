/** A memory that all workers of a team share: held tensors, then the arena that programs use one after the other. */
import type { HeldShapes } from "../../../core/graph/backend.ts";
import type { RunOptions } from "../../../core/graph/op.ts";
import { feed } from "../../../core/graph/ops/sources.ts";
import { elementCount } from "../../../core/graph/shape.ts";
import type { Buffer } from "../lowered.ts";
import { growTo } from "../machine.ts";
import type { SplitProgram, Tensor } from "../program.ts";
import { LAST_REGION, REGION_BYTES, SHARED_PAGES } from "../relocation.ts";

/** Kernels read up to this many bytes beyond a tensor; each begins at a cache line. */
const SLACK_BYTES = 64;

let made = 0;

/** A shared memory with its held tensors, all zeros at first. */
export class Space {
  readonly id = made++;
  readonly memory: WebAssembly.Memory;
  /** Where held tensors are. */
  readonly held: ReadonlyMap<string, Buffer>;
  /** Where arenas begin. */
  readonly arena: number;

  /** Makes room for tensors. Throws DeviceMemoryError. */
  constructor(shapes: HeldShapes) {
    let end = (LAST_REGION + 1) * REGION_BYTES;
    this.held = new Map(
      Object.entries(shapes).map(([name, shape]) => {
        const buffer: Buffer = { bytes: 4 * elementCount(shape), address: end, first: 0, last: 0 };
        end += Math.ceil(buffer.bytes / SLACK_BYTES + 1) * SLACK_BYTES;
        return [name, buffer];
      }),
    );
    this.arena = end;
    this.memory = new WebAssembly.Memory({ initial: SHARED_PAGES, maximum: 65536, shared: true });
    growTo(this.memory, end);
  }

  /** The values at a place. They change when the memory does. */
  view({ address, count }: Tensor): Float32Array {
    return new Float32Array(this.memory.buffer, address, count);
  }

  /** A copy of the values at a place. */
  copy(tensor: Tensor): Float32Array<ArrayBuffer> {
    return new Float32Array(this.view(tensor));
  }

  /** The values of a held tensor. */
  heldView(name: string): Float32Array {
    const { address, bytes } = this.held.get(name)!;
    return this.view({ address, count: bytes / 4 });
  }

  /** Copies feeds and constants in. Throws RangeError and ShapeError for feeds, before anything is copied. */
  upload({ uploads, endBytes }: SplitProgram, { feeds }: RunOptions): void {
    growTo(this.memory, endBytes);
    const values = uploads.map(({ source, shape }) =>
      "feed" in source ? feed(feeds, source.feed, shape) : source.values
    );
    uploads.forEach(({ address }, index) => this.view({ address, count: values[index]!.length }).set(values[index]!));
  }

  /**
   * Replaces held tensors by what a run has computed. This is the only place where a run changes them, and no other code
   * runs meanwhile, so all are replaced or none.
   */
  commit({ updates }: SplitProgram): void {
    const values = updates.map((update) => update.address < this.arena ? this.copy(update) : this.view(update));
    updates.forEach(({ to, count }, index) => this.view({ address: to, count }).set(values[index]!));
  }
}
