/** The CPU backend: WebAssembly SIMD on a pool of workers. */
import {
  type Backend,
  type DeviceDescription,
  DeviceLostError,
  type Program,
  type State,
} from "../../core/graph/backend.ts";
import type { Graph } from "../../core/graph/graph.ts";
import type { RunOptions } from "../../core/graph/op.ts";
import { describeCpu } from "./device.ts";
import { compileModule } from "./module.ts";
import { type PooledProgram, WorkerPool } from "./pool.ts";

/** Options of the CPU backend. */
export interface CpuOptions {
  /** How many workers run programs; as many as the machine has processors unless told. */
  readonly workers?: number;
}

/** The CPU backend, and what can be measured about it. */
export interface CpuBackend extends Backend {
  /** Bytes of each worker's WebAssembly memory after its latest run: that of the largest program that it has run. */
  readonly memoryBytes: readonly number[];
  /** Programs that each worker held after its latest run: a disposed one leaves it before its next. */
  readonly programs: readonly number[];
}

/** A program that any worker may run. It leaves the workers when it is disposed and its runs are done. */
class CpuProgram implements Program, PooledProgram {
  readonly id: number;
  readonly graph: Graph;
  readonly #pool: WorkerPool;
  #running = 0;
  #disposed = false;

  constructor(id: number, graph: Graph, { pool }: { readonly pool: WorkerPool }) {
    this.id = id;
    this.graph = graph;
    this.#pool = pool;
  }

  async run(options: RunOptions = {}): Promise<Float32Array[]> {
    if (this.#disposed) throw new DeviceLostError("Cannot run a program as it is disposed");
    this.#running++;
    try {
      return await this.#pool.run(this, options);
    } finally {
      this.#running--;
      this.#release();
    }
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    this.#release();
  }

  #release(): void {
    if (this.#disposed && this.#running === 0) this.#pool.drop(this);
  }
}

class PooledCpuBackend implements CpuBackend {
  readonly device: DeviceDescription;
  readonly concurrency: number;
  readonly #pool: WorkerPool;
  #compiled = 0;

  constructor(pool: WorkerPool, { workers, device }: { readonly workers: number; readonly device: DeviceDescription }) {
    this.#pool = pool;
    this.concurrency = workers;
    this.device = device;
  }

  get memoryBytes(): readonly number[] {
    return this.#pool.holdings.map(({ memoryBytes }) => memoryBytes);
  }

  get programs(): readonly number[] {
    return this.#pool.holdings.map(({ programs }) => programs);
  }

  hold(): State {
    throw new TypeError("Cannot hold tensors as the CPU backend keeps none between runs");
  }

  compile(graph: Graph): Program {
    return new CpuProgram(this.#compiled++, graph, { pool: this.#pool });
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#pool[Symbol.asyncDispose]();
  }
}

/**
 * Opens the CPU backend. A run computes on one worker; runs beside each other use several. Throws RangeError for a
 * number of workers below 1, DeviceLostError where a worker cannot start.
 *
 * @example
 * ```ts
 * import { GraphBuilder } from "@zennas/zennas";
 * import { openCpu } from "@zennas/zennas/kernels";
 *
 * const builder = new GraphBuilder();
 * const x = builder.add("input", [], { name: "x", shape: [3] });
 * await using backend = await openCpu({ workers: 1 });
 * using program = backend.compile(builder.build([builder.add("relu", [x], {})]));
 * const [y] = await program.run({ feeds: { x: Float32Array.of(-1, 0, 2) } });
 * if (y!.join() !== "0,0,2") throw new Error(y!.join());
 * ```
 */
export async function openCpu({ workers = navigator.hardwareConcurrency }: CpuOptions = {}): Promise<CpuBackend> {
  if (!Number.isInteger(workers) || workers < 1) {
    throw new RangeError(`Cannot open the CPU backend as it needs at least one worker: got ${workers}`);
  }
  const module = await compileModule();
  const pool = await WorkerPool.open({ workers, module });
  return new PooledCpuBackend(pool, { workers, device: describeCpu(module) });
}
