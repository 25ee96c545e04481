/** The WebGPU backend: WGSL kernels on a GPU that a worker of its own talks to. */
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
import type { StoragePrecision } from "../../core/graph/precision.ts";
import { seedKey } from "../../core/numeric/random.ts";
import type { AdapterChoice, AdapterDescription } from "./adapters.ts";
import { Connection } from "./connection.ts";
import { GROUP_RUNS } from "./group.ts";
import { planGraph, type PlannedGraph, type PlanOptions } from "./plan.ts";
import type { WorkerUsage } from "./messages.ts";
import { WebGpuState } from "./state.ts";

/** Options of the WebGPU backend. */
export interface WebGpuOptions {
  /** The adapter: the best one (a real GPU before a software driver) unless told. */
  readonly adapter?: AdapterChoice;
  /** How tensors are stored: `f32`, or `f16` with sums in f32. */
  readonly precision?: StoragePrecision;
}

/** The WebGPU backend, and what can be measured about it. */
export interface WebGpuBackend extends Backend {
  /** The adapter that it computes on. */
  readonly adapter: AdapterDescription;
  /** What its device holds, and how often it was opened. */
  usage(): Promise<WorkerUsage>;
  /** Ends the device as a driver's reset does. Runs in flight are run again on the next one, but states are lost. */
  loseDevice(): void;
}

/** Runs that keep a group on the device while the next is encoded and the last is read. */
const CONCURRENCY = 2 * GROUP_RUNS;

class WebGpuProgram implements Program {
  readonly #connection: Connection;
  readonly #planned: PlannedGraph;
  readonly #state: WebGpuState | undefined;
  #disposed = false;

  constructor(
    connection: Connection,
    { planned, state }: { readonly planned: PlannedGraph; readonly state: WebGpuState | undefined },
  ) {
    this.#connection = connection;
    this.#planned = planned;
    this.#state = state;
  }

  async run(options: RunOptions = {}): Promise<Float32Array[]> {
    if (this.#disposed) throw new DeviceLostError("Cannot run a program as it is disposed");
    const { seed = 0, draw = 0 } = options;
    seedKey(seed);
    this.#state?.checkUsable();
    const { plan, uploadsOf } = this.#planned, state = this.#state && { state: this.#state.id };
    return await this.#connection.run({ plan, options: { seed, draw }, uploads: uploadsOf(options), ...state });
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
  }
}

class WorkerBackend implements WebGpuBackend {
  readonly device: DeviceDescription;
  readonly concurrency = CONCURRENCY;
  readonly adapter: AdapterDescription;
  readonly #connection: Connection;
  readonly #options: PlanOptions;

  constructor(connection: Connection, adapter: AdapterDescription, options: PlanOptions) {
    this.#connection = connection;
    this.#options = options;
    this.adapter = adapter;
    const driver = adapter.software ? "software driver" : adapter.architecture || adapter.vendor || "GPU";
    this.device = { backend: "webgpu", name: adapter.name, details: `${driver}, ${options.precision}` };
  }

  hold(shapes: HeldShapes): State {
    return new WebGpuState(shapes, { connection: this.#connection, limits: this.#options.limits });
  }

  compile(graph: Graph, { state }: CompileOptions = {}): Program {
    checkState(graph, state?.shapes ?? {});
    const held = state && this.#own(state), options = held ? { ...this.#options, held } : this.#options;
    return new WebGpuProgram(this.#connection, { planned: planGraph(graph, options), state: held });
  }

  #own(state: State): WebGpuState {
    if (state instanceof WebGpuState && state.belongsTo(this.#connection)) return state;
    throw new TypeError("Cannot compile a graph for a state as that belongs to another backend");
  }

  usage(): Promise<WorkerUsage> {
    return this.#connection.measure();
  }

  loseDevice(): void {
    this.#connection.lose();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#connection[Symbol.asyncDispose]();
  }
}

/**
 * Opens the WebGPU backend. Runs that overlap share submissions and readbacks. Throws NoAdapterError where no adapter is
 * what was asked for, TypeError for `f16` on one without `shader-f16`; compiling throws DeviceMemoryError for a graph that
 * the device cannot hold.
 *
 * @example On a machine with a GPU; others have the CPU backend
 * ```ts
 * import { GraphBuilder } from "@zennas/zennas";
 * import { listAdapters, openWebGpu } from "@zennas/zennas/kernels";
 *
 * if ((await listAdapters()).length > 0) {
 *   const builder = new GraphBuilder();
 *   const x = builder.add("input", [], { name: "x", shape: [3] });
 *   await using backend = await openWebGpu();
 *   using program = backend.compile(builder.build([builder.add("relu", [x], {})]));
 *   const [y] = await program.run({ feeds: { x: Float32Array.of(-1, 0, 2) } });
 *   if (y!.join() !== "0,0,2") throw new Error(y!.join());
 * }
 * ```
 */
export async function openWebGpu(
  { adapter = "best", precision = "f32" }: WebGpuOptions = {},
): Promise<WebGpuBackend> {
  const { connection, started } = await Connection.open({ type: "start", adapter, precision });
  return new WorkerBackend(connection, started.adapter, { limits: started.limits, precision });
}
