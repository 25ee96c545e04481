/** Times the tasks of a graph in the CPU backend's kernels, on this thread: one core, without messages and copies. */
import type { DeviceDescription } from "../../core/graph/backend.ts";
import type { Graph, NodeId } from "../../core/graph/graph.ts";
import type { RunOptions } from "../../core/graph/op.ts";
import { describeCpu } from "./device.ts";
import { Machine, type MachineProgram } from "./machine.ts";
import { compileModule } from "./module.ts";

/** Values of input nodes by name. */
export type Feeds = NonNullable<RunOptions["feeds"]>;

/** One task of a run. */
export interface TimedTask {
  /** The node that it computes, or a part of. */
  readonly node: NodeId;
  /** What was called. */
  readonly kernel: string;
  /** How long it took, ms. */
  readonly ms: number;
}

/** A graph that is ready to be timed. */
export interface TimedGraph {
  /** Runs it once; the time of each task but the copies of feeds and constants. Blocks the thread meanwhile. */
  tasks(): TimedTask[];
}

/** The kernels of the CPU backend on this thread. */
export interface CpuStopwatch {
  /** What they run on. */
  readonly device: DeviceDescription;
  /** Makes a graph ready. Throws what compiling throws: UnsupportedOpError, DeviceMemoryError. */
  open(graph: Graph, feeds: Feeds): TimedGraph;
}

class MachineGraph implements TimedGraph {
  readonly #machine: Machine;
  readonly #program: MachineProgram;
  readonly #feeds: Feeds;

  constructor(machine: Machine, { program, feeds }: { readonly program: MachineProgram; readonly feeds: Feeds }) {
    this.#machine = machine;
    this.#program = program;
    this.#feeds = feeds;
  }

  tasks(): TimedTask[] {
    const machine = this.#machine, options = { feeds: this.#feeds }, times: TimedTask[] = [];
    machine.reserve(this.#program);
    for (const task of this.#program.tasks) {
      const start = performance.now();
      machine.runTask(task, options);
      const ms = performance.now() - start;
      if ("kernel" in task) times.push({ node: task.node, kernel: task.kernel, ms });
    }
    return times;
  }
}

/**
 * Opens the kernels on this thread.
 *
 * @example
 * ```ts
 * import { GraphBuilder } from "@zennas/zennas";
 * import { openCpuStopwatch } from "@zennas/zennas/kernels";
 * const builder = new GraphBuilder(), x = builder.add("input", [], { name: "x", shape: [1024] });
 * const { open } = await openCpuStopwatch();
 * const [relu] = open(builder.build([builder.add("relu", [x], {})]), { x: new Float32Array(1024) }).tasks();
 * if (!relu || relu.node !== 1 || !(relu.ms > 0)) throw new Error();
 * ```
 */
export async function openCpuStopwatch(): Promise<CpuStopwatch> {
  const module = await compileModule(), machine = new Machine(module);
  return {
    device: describeCpu(module),
    open: (graph, feeds) => new MachineGraph(machine, { program: machine.compile(graph), feeds }),
  };
}
