/** A machine's program: a graph made into calls of kernels, as plain data that can be sent to any worker. */
import type { OpTable } from "../../core/graph/row.ts";
import type { Graph, NodeId } from "../../core/graph/graph.ts";
import type { OpName } from "../../core/graph/ops.ts";
import { elementCount, type Shape } from "../../core/graph/shape.ts";
import { rowOf } from "../lowering/row.ts";
import {
  bufferOf,
  type CpuRow,
  type KernelName,
  type LoweredTask,
  type RunWord,
  type Source,
  type Value,
} from "./lowered.ts";
import { CpuLowering } from "./lowering.ts";
import { rows } from "./rows.ts";

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

/** A graph's tasks, in order, and the memory that they need. */
export interface MachineProgram {
  readonly tasks: readonly Task[];
  readonly outputs: readonly { readonly address: number; readonly count: number }[];
  /** The end of its arena. */
  readonly endBytes: number;
}

/** An argument; absent buffers are at address 0. */
function argumentOf(value: Value): number | RunWord {
  if (typeof value === "object") return bufferOf(value)!.address + ("of" in value ? value.byte : 0);
  return typeof value === "string" ? value : Number(value ?? 0);
}

function taskOf(task: LoweredTask, { nodes }: Graph): Task {
  const { node } = task;
  if ("kernel" in task) return { node, kernel: task.kernel, args: task.values.map(argumentOf) };
  return { node, source: task.source, shape: nodes[node]!.shape, address: task.to.address };
}

/** Lowers a graph for an arena that begins at an address. Throws UnsupportedOpError. */
export function compileGraph(graph: Graph, { start }: { readonly start: number }): MachineProgram {
  const lowering = new CpuLowering(graph);
  const table = rows as OpTable<CpuRow<OpName>>;
  const cpuRow = (op: OpName): CpuRow<OpName> => rowOf(table, { op, target: "the CPU backend" });
  graph.nodes.forEach((_, id) => lowering.lower(id, cpuRow));
  const endBytes = start + lowering.allocate(start);
  const outputs = graph.outputs.map((id) => ({
    address: lowering.places.of(id).address,
    count: elementCount(lowering.places.shape(id)),
  }));
  return { tasks: lowering.tasks.map((task) => taskOf(task, graph)), outputs, endBytes };
}
