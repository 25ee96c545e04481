/** A machine's program: a graph made into calls of kernels, as plain data that can be sent to any worker. */
import type { OpTable } from "../../core/graph/row.ts";
import type { Graph, NodeId } from "../../core/graph/graph.ts";
import type { OpName } from "../../core/graph/ops.ts";
import { elementCount, type Shape } from "../../core/graph/shape.ts";
import { rowOf } from "../lowering/row.ts";
import {
  type Buffer,
  bufferOf,
  type CpuRow,
  type KernelName,
  type LoweredTask,
  type RunWord,
  type Source,
  type Value,
} from "./lowered.ts";
import { CpuLowering, type LoweringOptions } from "./lowering.ts";
import { rows } from "./rows.ts";
import { splitCall } from "./wide/split.ts";

/** A call of a kernel: the words of a convolution's descriptor, or what any other kernel takes. */
export interface Call {
  /** The node that it computes, or a part of. */
  readonly node: NodeId;
  readonly kernel: KernelName;
  readonly args: readonly (number | RunWord)[];
}

/** A copy of a feed or a constant's values to an address. */
export interface Upload {
  readonly node: NodeId;
  readonly source: Source;
  readonly shape: Shape;
  readonly address: number;
}

/** A step of a program. */
export type Task = Call | Upload;

/** Where a tensor is. */
export interface Tensor {
  readonly address: number;
  readonly count: number;
}

/** A graph's tasks, in order, and the memory that they need. */
export interface MachineProgram {
  readonly tasks: readonly Task[];
  readonly outputs: readonly Tensor[];
  /** The end of its arena. */
  readonly endBytes: number;
}

/** An argument; absent buffers are at address 0. */
function argumentOf(value: Value): number | RunWord {
  if (typeof value === "object") return bufferOf(value)!.address + ("of" in value ? value.byte : 0);
  return typeof value === "string" ? value : Number(value ?? 0);
}

/** A task as calls that may run at once, or a copy. */
function tasksOf(task: LoweredTask, { nodes }: Graph): readonly Call[] | Upload {
  const { node } = task;
  if ("source" in task) return { node, source: task.source, shape: nodes[node]!.shape, address: task.to.address };
  const parts = "parts" in task ? task.parts : [task.values];
  return parts.map((values) => ({ node, kernel: task.kernel, args: values.map(argumentOf) }));
}

/** Lowers every node of a graph. */
function lowerGraph(graph: Graph, options: LoweringOptions): CpuLowering {
  const lowering = new CpuLowering(graph, options);
  const table = rows as OpTable<CpuRow<OpName>>;
  const cpuRow = (op: OpName): CpuRow<OpName> => rowOf(table, { op, target: "the CPU backend" });
  graph.nodes.forEach((_, id) => lowering.lower(id, cpuRow));
  return lowering;
}

/** Where a node's output is. */
const tensorOf = ({ places }: CpuLowering, id: NodeId): Tensor => ({
  address: places.of(id).address,
  count: elementCount(places.shape(id)),
});

/** Lowers a graph for an arena that begins at an address. Throws UnsupportedOpError. */
export function compileGraph(graph: Graph, { start }: { readonly start: number }): MachineProgram {
  const lowering = lowerGraph(graph, {}), endBytes = start + lowering.allocate(start);
  const tasks = lowering.tasks.flatMap((task): readonly Task[] | Upload => tasksOf(task, graph));
  return { tasks, outputs: graph.outputs.map((id) => tensorOf(lowering, id)), endBytes };
}

/** A graph whose calls are cut into parts. Of a phase, parts may run at once; the calls of a part run in order. */
export interface SplitProgram {
  readonly uploads: readonly Upload[];
  readonly phases: readonly (readonly (readonly Call[])[])[];
  readonly outputs: readonly Tensor[];
  /** What replaces held tensors after a run, and where these are. */
  readonly updates: readonly (Tensor & { readonly to: number })[];
  readonly endBytes: number;
}

/** Phases of a program: consecutive calls that stay whole are one part. */
function phasesOf(tasks: readonly (readonly Call[])[]): Call[][][] {
  const phases: Call[][][] = [];
  for (const calls of tasks) {
    const before = phases.at(-1);
    if (calls.length === 1 && before?.length === 1) before[0]!.push(calls[0]!);
    else phases.push(calls.map((call) => [call]));
  }
  return phases;
}

/** Lowers a graph for all workers of a memory, whose arenas begin at an address. Throws UnsupportedOpError. */
export function compileSplit(
  graph: Graph,
  { start, held }: { readonly start: number; readonly held: ReadonlyMap<string, Buffer> },
): SplitProgram {
  const lowering = lowerGraph(graph, { held, split: splitCall }), endBytes = start + lowering.allocate(start);
  const tasks = lowering.tasks.map((task) => tasksOf(task, graph));
  return {
    uploads: tasks.filter((task): task is Upload => "source" in task),
    phases: phasesOf(tasks.filter((task): task is readonly Call[] => !("source" in task))),
    outputs: graph.outputs.map((id) => tensorOf(lowering, id)),
    updates: (graph.updates ?? []).map(({ name, by }) => ({
      ...tensorOf(lowering, by),
      to: held.get(name)!.address,
    })),
    endBytes,
  };
}
