/** The CPU backend: WebAssembly SIMD on a pool of workers. */
import {
  type Backend,
  checkState,
  type CompileOptions,
  type DeviceDescription,
  DeviceLostError,
  type HeldShapes,
  type Program,
  type State,
} from "../../core/graph/backend.ts";
import type { Graph } from "../../core/graph/graph.ts";
import type { RunOptions } from "../../core/graph/op.ts";
import { describeCpu } from "./device.ts";
import { compileModule } from "./module.ts";
import { type PooledProgram, WorkerPool } from "./pool.ts";
import { compileSplit, type SplitProgram } from "./program.ts";
import { LAST_REGION } from "./relocation.ts";
import { Space } from "./wide/space.ts";
import { CpuState } from "./wide/state.ts";
import { Team, type TeamProgram } from "./wide/team.ts";

/** Options of the CPU backend. */
export interface CpuOptions {
  /** How many workers run programs; as many as the machine has processors unless told. */
  readonly workers?: number;
  /** The script of the workers that run one program together; another one in tests. */
  readonly teamScript?: URL;
}

/** The CPU backend, and what can be measured about it. */
export interface CpuBackend extends Backend {
  /** Bytes of each worker's WebAssembly memory after its latest run: that of the largest program that it has run. */
  readonly memoryBytes: readonly number[];
  /** Programs that each worker held after its latest run: a disposed one leaves it before its next. */
  readonly programs: readonly number[];
  /** Bytes of all tensors that are held between runs. */
  readonly heldBytes: number;
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

/** A program that all workers run together. */
class SplitCpuProgram implements Program, TeamProgram {
  readonly id: number;
  readonly space: Space;
  readonly #graph: Graph;
  readonly #team: Team;
  #split: SplitProgram | undefined;
  #disposed = false;

  constructor(id: number, graph: Graph, { team, space }: { readonly team: Team; readonly space: Space }) {
    this.id = id;
    this.space = space;
    this.#graph = graph;
    this.#team = team;
  }

  split(): SplitProgram {
    return this.#split ??= compileSplit(this.#graph, { start: this.space.arena, held: this.space.held });
  }

  async run(options: RunOptions = {}): Promise<Float32Array[]> {
    if (this.#disposed) throw new DeviceLostError("Cannot run a program as it is disposed");
    return await this.#team.run(this, options);
  }

  [Symbol.dispose](): void {
    if (this.#disposed) return;
    this.#disposed = true;
    // Behind the runs that were asked for before.
    this.#team.queue(() => this.#team.drop(this.id)).catch(() => {});
  }
}

class PooledCpuBackend implements CpuBackend {
  readonly device: DeviceDescription;
  readonly concurrency: number;
  readonly #pool: WorkerPool;
  readonly #team: Team;
  readonly #states = new Set<CpuState>();
  #shared: Space | undefined;
  #compiled = 0;

  constructor(pool: WorkerPool, { workers, device, script }: {
    readonly workers: number;
    readonly device: DeviceDescription;
    readonly script: URL | undefined;
  }) {
    this.#pool = pool;
    this.#team = new Team({ workers: Math.min(workers, LAST_REGION), ...(script && { script }) });
    this.concurrency = workers;
    this.device = device;
  }

  get memoryBytes(): readonly number[] {
    return this.#pool.holdings.map(({ memoryBytes }) => memoryBytes);
  }

  get programs(): readonly number[] {
    return this.#pool.holdings.map(({ programs }) => programs);
  }

  get heldBytes(): number {
    return [...this.#states].reduce((sum, { heldBytes }) => sum + heldBytes, 0);
  }

  hold(shapes: HeldShapes): State {
    const state: CpuState = new CpuState(shapes, { team: this.#team, released: () => this.#states.delete(state) });
    this.#states.add(state);
    return state;
  }

  compile(graph: Graph, { state, allCores = false }: CompileOptions = {}): Program {
    checkState(graph, state?.shapes ?? {});
    if (!state && !allCores) return new CpuProgram(this.#compiled++, graph, { pool: this.#pool });
    if (!state) {
      return new SplitCpuProgram(this.#compiled++, graph, { team: this.#team, space: this.#shared ??= new Space({}) });
    }
    if (!(state instanceof CpuState) || !this.#states.has(state)) {
      throw new TypeError("Cannot compile a graph with this state as another backend holds it, or none any more");
    }
    return new SplitCpuProgram(this.#compiled++, graph, { team: this.#team, space: state.space });
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#team.close();
    return this.#pool[Symbol.asyncDispose]();
  }
}

/**
 * Opens the CPU backend. A run computes on one worker, and runs beside each other use several; a run with a state, or of a
 * program for all cores, uses all. Throws RangeError for a
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
export async function openCpu(
  { workers = navigator.hardwareConcurrency, teamScript }: CpuOptions = {},
): Promise<CpuBackend> {
  if (!Number.isInteger(workers) || workers < 1) {
    throw new RangeError(`Cannot open the CPU backend as it needs at least one worker: got ${workers}`);
  }
  const module = await compileModule();
  const pool = await WorkerPool.open({ workers, module });
  return new PooledCpuBackend(pool, { workers, device: describeCpu(module), script: teamScript });
}
