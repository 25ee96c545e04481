/** Pipelines, each compiled once when it is first needed. */
import { KernelError } from "./errors.ts";
import { type Kernel, moduleText, PARAMETER_BYTES, type Precision } from "./wgsl/kernel.ts";

/** Bindings of every kernel; see `moduleText`. */
const bindings: readonly GPUBufferBindingLayout[] = [
  { type: "storage" },
  { type: "storage" },
  { type: "uniform", hasDynamicOffset: true, minBindingSize: PARAMETER_BYTES },
  { type: "storage" },
  { type: "read-only-storage" },
  { type: "read-only-storage" },
];

/** The pipelines of a device, all of one layout, so that one bind group serves them all. */
export class Pipelines {
  /** The layout of their one bind group. */
  readonly bindGroupLayout: GPUBindGroupLayout;
  readonly #device: GPUDevice;
  readonly #precision: Precision;
  readonly #kernels: Readonly<Record<string, Kernel>>;
  readonly #layout: GPUPipelineLayout;
  readonly #ready = new Map<string, GPUComputePipeline>();

  /** Nothing is compiled yet. */
  constructor(device: GPUDevice, { kernels, precision }: {
    readonly kernels: Readonly<Record<string, Kernel>>;
    readonly precision: Precision;
  }) {
    this.#device = device;
    this.#kernels = kernels;
    this.#precision = precision;
    this.bindGroupLayout = device.createBindGroupLayout({
      entries: bindings.map((buffer, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer })),
    });
    this.#layout = device.createPipelineLayout({ bindGroupLayouts: [this.bindGroupLayout] });
  }

  /** How many there are so far. */
  get count(): number {
    return this.#ready.size;
  }

  /** A pipeline that {@link prepare} has compiled. */
  get(kernel: string): GPUComputePipeline {
    return this.#ready.get(kernel)!;
  }

  /** Compiles a kernel unless it is. Throws KernelError, with the line, where the driver rejects it. */
  async prepare(kernel: string, op: string): Promise<void> {
    if (this.#ready.has(kernel)) return;
    this.#device.pushErrorScope("validation");
    this.#device.pushErrorScope("internal");
    const code = moduleText(this.#kernels[kernel]!, this.#precision);
    const module = this.#device.createShaderModule({ label: kernel, code });
    const compute = { module, entryPoint: "main", constants: { ...this.#kernels[kernel]!.constants } };
    const pipeline = this.#device.createComputePipeline({ label: kernel, layout: this.#layout, compute });
    const internal = await this.#device.popErrorScope(), invalid = await this.#device.popErrorScope();
    const messages = (await module.getCompilationInfo()).messages.filter(({ type }) => type === "error");
    const failure = messages[0] ?? invalid ?? internal;
    if (failure) throw kernelError(failure, { op, pipeline: kernel });
    this.#ready.set(kernel, pipeline);
  }
}

function kernelError(
  failure: GPUCompilationMessage | GPUError,
  where: { readonly op: string; readonly pipeline: string },
): KernelError {
  // Deno's compilation messages point to line 1 where only their text knows better.
  const [, told] = /wgsl:(\d+):/.exec(failure.message) ?? [];
  const line = told ? Number(told) : "lineNum" in failure && failure.lineNum > 0 ? failure.lineNum : undefined;
  const error = new KernelError(failure.message.trim().split("\n")[0]!, { ...where, line });
  error.cause = failure.message;
  return error;
}
