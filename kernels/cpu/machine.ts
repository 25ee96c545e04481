/** One instance of the module with its memory: lowers graphs and runs them, one at a time. */
import { DeviceMemoryError, type OpTable, UnsupportedOpError } from "../../core/graph/backend.ts";
import type { Graph } from "../../core/graph/graph.ts";
import type { RunOptions } from "../../core/graph/op.ts";
import type { OpName } from "../../core/graph/ops.ts";
import { elementCount } from "../../core/graph/shape.ts";
import type { Kernels } from "./kernels.gen.ts";
import { type CpuRow, Lowering, type Task } from "./lowering.ts";
import { instantiateKernels } from "./module.ts";
import { rows } from "./rows.ts";

const PAGE_BYTES = 65536;
/** All that 32-bit addresses reach. */
const MEMORY_LIMIT_BYTES = 2 ** 32;
/** Room for vector reads beyond the last buffer. */
const END_BYTES = 64;

/** A graph's tasks, with their addresses. */
export interface MachineProgram {
  readonly tasks: readonly Task[];
  readonly outputs: readonly { readonly address: number; readonly count: number }[];
  /** The end of its arena. */
  readonly endBytes: number;
}

function rowOf(op: OpName): CpuRow<OpName> {
  const row = (rows as OpTable<CpuRow<OpName>>)[op];
  if (typeof row !== "function") throw new UnsupportedOpError(op, "the CPU backend", row.unsupported);
  return row;
}

/**
 * A module instance. Every program's arena begins at the same address, so its memory grows to the largest program and
 * stays there.
 */
export class Machine {
  readonly kernels: Kernels;
  readonly #arena: number;

  constructor(module: WebAssembly.Module) {
    this.kernels = instantiateKernels(module);
    this.#arena = Math.ceil(this.kernels.arenaAddress() / 64) * 64;
  }

  /** Bytes of the instance's memory now. */
  get memoryBytes(): number {
    return this.kernels.memory.buffer.byteLength;
  }

  /** Lowers a graph. Throws DeviceMemoryError where 32-bit addresses cannot hold it. */
  compile(graph: Graph): MachineProgram {
    const lowering = new Lowering(graph);
    graph.nodes.forEach(({ op }, id) => lowering.lower(id, rowOf(op)));
    const endBytes = this.#arena + lowering.allocate(this.#arena) + END_BYTES;
    if (endBytes > MEMORY_LIMIT_BYTES) throw tooLarge(endBytes);
    const outputs = graph.outputs.map((id) => ({
      address: lowering.tensor(id).address,
      count: elementCount(lowering.shape(id)),
    }));
    return { tasks: lowering.tasks, outputs, endBytes };
  }

  /** Runs a program and copies its outputs. Throws DeviceMemoryError where the system has no memory for it. */
  run(program: MachineProgram, options: RunOptions): Float32Array<ArrayBuffer>[] {
    this.reserve(program);
    const run = { ...options, kernels: this.kernels };
    for (const { body } of program.tasks) body(run);
    return program.outputs.map(({ address, count }) =>
      new Float32Array(this.kernels.memory.buffer, address, count).slice() as Float32Array<ArrayBuffer>
    );
  }

  /** Grows the memory until a program fits. Throws DeviceMemoryError where the system has none left. */
  reserve({ endBytes }: MachineProgram): void {
    const pages = Math.ceil((endBytes - this.memoryBytes) / PAGE_BYTES);
    if (pages <= 0) return;
    try {
      this.kernels.memory.grow(pages);
    } catch (cause) {
      throw Object.assign(tooLarge(endBytes), { cause });
    }
  }
}

function tooLarge(needed: number): DeviceMemoryError {
  return new DeviceMemoryError("the graph in WebAssembly memory", { needed, limit: MEMORY_LIMIT_BYTES });
}
