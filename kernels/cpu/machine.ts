/** One instance of the module with its memory: lowers graphs and runs them, one at a time. */
import { DeviceMemoryError } from "../../core/graph/backend.ts";
import type { Graph } from "../../core/graph/graph.ts";
import type { RunOptions } from "../../core/graph/op.ts";
import { feed } from "../../core/graph/ops/sources.ts";
import { seedKey } from "../../core/numeric/random.ts";
import { convolutionFields, kernelFields, type Kernels } from "./kernels.gen.ts";
import type { RunWord } from "./lowered.ts";
import { instantiateKernels } from "./module.ts";
import { type Call, compileGraph, type MachineProgram, type Task, type Upload } from "./program.ts";

export type { MachineProgram } from "./program.ts";

const PAGE_BYTES = 65536;
/** All that 32-bit addresses reach. */
const MEMORY_LIMIT_BYTES = 2 ** 32;
/** Room for vector reads beyond the last buffer. */
const END_BYTES = 64;

/** The words that a run fills in. */
const runWords: Readonly<Record<RunWord, (run: RunOptions) => number>> = {
  key0: ({ seed = 0 }) => seedKey(seed)[0],
  key1: ({ seed = 0 }) => seedKey(seed)[1],
  draw: ({ draw = 0 }) => draw,
};

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
    if ("kernel" in task) this.#call(task, options);
    else this.#upload(task, options);
  }

  #call({ kernel, args }: Call, options: RunOptions): void {
    const filled = args.map((arg) => typeof arg === "number" ? arg : runWords[arg](options));
    if (kernelFields[kernel] !== convolutionFields) {
      (this.kernels[kernel] as (...args: readonly number[]) => void)(...filled);
      return;
    }
    new Int32Array(this.kernels.memory.buffer, this.kernels.convolutionAddress(), filled.length).set(filled);
    (this.kernels[kernel] as () => void)();
  }

  #upload({ source, shape, address }: Upload, { feeds }: RunOptions): void {
    const values = "feed" in source ? feed(feeds, source.feed, shape) : source.values;
    new Float32Array(this.kernels.memory.buffer, address, values.length).set(values);
  }

  /** Grows the memory until a program fits. Throws DeviceMemoryError where the system has none left. */
  reserve(program: MachineProgram): void {
    const pages = Math.ceil((program.endBytes + END_BYTES - this.memoryBytes) / PAGE_BYTES);
    if (pages <= 0) return;
    try {
      this.kernels.memory.grow(pages);
    } catch (cause) {
      throw Object.assign(tooLarge(program), { cause });
    }
  }
}

function tooLarge({ endBytes }: MachineProgram): DeviceMemoryError {
  const bytes = { needed: endBytes + END_BYTES, limit: MEMORY_LIMIT_BYTES };
  return new DeviceMemoryError("the graph in WebAssembly memory", bytes);
}
