/** One instance of the module with its memory: lowers graphs and runs them, one at a time. */
import { DeviceMemoryError } from "../../core/graph/backend.ts";
import type { Graph } from "../../core/graph/graph.ts";
import type { RunOptions } from "../../core/graph/op.ts";
import { feed } from "../../core/graph/ops/sources.ts";
import { callKernel, wordsOf } from "./calls.ts";
import type { Kernels } from "./kernels.gen.ts";
import { instantiateKernels } from "./module.ts";
import { compileGraph, type MachineProgram, type Task, type Upload } from "./program.ts";

export type { MachineProgram } from "./program.ts";

const PAGE_BYTES = 65536;
/** All that 32-bit addresses reach. */
const MEMORY_LIMIT_BYTES = 2 ** 32;
/** Room for vector reads beyond the last buffer. */
const END_BYTES = 64;

/** Lets a memory grow to an end. Throws DeviceMemoryError where 32-bit addresses do not reach it, or the system has none. */
export function growTo(memory: WebAssembly.Memory, endBytes: number): void {
  if (endBytes + END_BYTES > MEMORY_LIMIT_BYTES) throw tooLarge({ endBytes });
  const pages = Math.ceil((endBytes + END_BYTES - memory.buffer.byteLength) / PAGE_BYTES);
  if (pages <= 0) return;
  try {
    memory.grow(pages);
  } catch (cause) {
    throw Object.assign(tooLarge({ endBytes }), { cause });
  }
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

  /** Lowers a graph. Throws DeviceMemoryError where 32-bit addresses cannot hold it, and UnsupportedOpError. */
  compile(graph: Graph): MachineProgram {
    const program = compileGraph(graph, { start: this.#arena });
    if (program.endBytes + END_BYTES > MEMORY_LIMIT_BYTES) throw tooLarge(program);
    return program;
  }

  /** Runs a program and copies its outputs. Throws DeviceMemoryError where the system has no memory for it. */
  run(program: MachineProgram, options: RunOptions): Float32Array<ArrayBuffer>[] {
    this.reserve(program);
    for (const task of program.tasks) this.runTask(task, options);
    return program.outputs.map(({ address, count }) =>
      new Float32Array(this.kernels.memory.buffer, address, count).slice() as Float32Array<ArrayBuffer>
    );
  }

  /** Runs a task of a program that {@link reserve} has made room for. */
  runTask(task: Task, options: RunOptions): void {
    if ("kernel" in task) callKernel(this.kernels, task, wordsOf(options));
    else this.#upload(task, options);
  }

  #upload({ source, shape, address }: Upload, { feeds }: RunOptions): void {
    const values = "feed" in source ? feed(feeds, source.feed, shape) : source.values;
    new Float32Array(this.kernels.memory.buffer, address, values.length).set(values);
  }

  /** Grows the memory until a program fits. Throws DeviceMemoryError where the system has none left. */
  reserve(program: MachineProgram): void {
    growTo(this.kernels.memory, program.endBytes);
  }
}

function tooLarge({ endBytes }: Pick<MachineProgram, "endBytes">): DeviceMemoryError {
  const bytes = { needed: endBytes + END_BYTES, limit: MEMORY_LIMIT_BYTES };
  return new DeviceMemoryError("the graph in WebAssembly memory", bytes);
}
