/** Pipelines, each compiled once when it is first needed. */
import type { StoragePrecision } from "../../core/graph/precision.ts";
import { KernelError } from "./errors.ts";
import type { PlannedDispatch } from "./plan.ts";
import { type Kernel, moduleText, PARAMETER_BYTES, SLOTS } from "./wgsl/kernel.ts";

/** The bindings of every kernel that has this many slots for buffers of tensors; see `moduleText`. */
const bindings = (slots: number): readonly GPUBufferBindingLayout[] => [
  { type: "storage" },
  { type: "storage" },
  { type: "uniform", hasDynamicOffset: true, minBindingSize: PARAMETER_BYTES },
  { type: "storage" },
  { type: "read-only-storage" },
  { type: "read-only-storage" },
  ...Array.from({ length: slots - 1 }, () => ({ type: "storage" as const })),
];

/** What decides which pipeline a dispatch uses. */
type PipelineUse = Pick<PlannedDispatch, "kernel" | "pages">;

/** A bind group layout, and the layout of the pipelines that accept it. */
interface Layout {
  readonly bindGroup: GPUBindGroupLayout;
  readonly pipeline: GPUPipelineLayout;
}

function createLayout(device: GPUDevice, slots: number): Layout {
  const bindGroup = device.createBindGroupLayout({
    entries: bindings(slots).map((buffer, binding) => ({ binding, visibility: GPUShaderStage.COMPUTE, buffer })),
  });
  return { bindGroup, pipeline: device.createPipelineLayout({ bindGroupLayouts: [bindGroup] }) };
}

/**
 * The pipelines of a device. A kernel may be compiled for two layouts: with one buffer of tensors, which nearly all
 * dispatches need, and with {@link SLOTS} of them, for dispatches whose tensors are in several buffers.
 */
export class Pipelines {
  readonly #device: GPUDevice;
  readonly #precision: StoragePrecision;
  readonly #kernels: Readonly<Record<string, Kernel>>;
  readonly #layouts: { readonly one: Layout; readonly several: Layout };
  readonly #ready = new Map<string, GPUComputePipeline>();

  /** Creates an empty cache; nothing is compiled yet. */
  constructor(device: GPUDevice, { kernels, precision }: {
    readonly kernels: Readonly<Record<string, Kernel>>;
    readonly precision: StoragePrecision;
  }) {
    this.#device = device;
    this.#kernels = kernels;
    this.#precision = precision;
    this.#layouts = { one: createLayout(device, 1), several: createLayout(device, SLOTS) };
  }

  /** How many have been compiled so far. */
  get count(): number {
    return this.#ready.size;
  }

  /** The layout of the bind group of a dispatch with tensors in these pages. */
  bindGroupLayout(pages: readonly number[]): GPUBindGroupLayout {
    return this.#layouts[layoutOf(pages)].bindGroup;
  }

  /** A pipeline that {@link prepare} has compiled. */
  get({ kernel, pages }: PipelineUse): GPUComputePipeline {
    return this.#ready.get(keyOf(kernel, pages))!;
  }

  /**
   * Compiles a dispatch's kernel if it is not compiled yet. Throws KernelError, with the line, where the driver rejects
   * it.
   */
  async prepare({ kernel, pages, op }: PipelineUse & { readonly op: string }): Promise<void> {
    const key = keyOf(kernel, pages), layout = layoutOf(pages);
    if (this.#ready.has(key)) return;
    this.#device.pushErrorScope("validation");
    this.#device.pushErrorScope("internal");
    const code = moduleText(this.#kernels[kernel]!, this.#precision, layout === "one" ? 1 : SLOTS);
    const module = this.#device.createShaderModule({ label: kernel, code });
    const compute = { module, entryPoint: "main", constants: { ...this.#kernels[kernel]!.constants } };
    const pipeline = this.#device.createComputePipeline({
      label: key,
      layout: this.#layouts[layout].pipeline,
      compute,
    });
    const internal = await this.#device.popErrorScope(), invalid = await this.#device.popErrorScope();
    const messages = (await module.getCompilationInfo()).messages.filter(({ type }) => type === "error");
    const failure = messages[0] ?? invalid ?? internal;
    if (failure) throw kernelError(failure, { op, pipeline: kernel });
    this.#ready.set(key, pipeline);
  }
}

const layoutOf = (pages: readonly number[]): "one" | "several" => pages.length > 1 ? "several" : "one";

const keyOf = (kernel: string, pages: readonly number[]): string => `${kernel} ${layoutOf(pages)}`;

function kernelError(
  failure: GPUCompilationMessage | GPUError,
  where: { readonly op: string; readonly pipeline: string },
): KernelError {
  // Deno reports line 1 for compilation errors whose message text names the true line, so the text is read first.
  const [, told] = /wgsl:(\d+):/.exec(failure.message) ?? [];
  const line = told ? Number(told) : "lineNum" in failure && failure.lineNum > 0 ? failure.lineNum : undefined;
  const error = new KernelError(failure.message.trim().split("\n")[0]!, { ...where, line });
  error.cause = failure.message;
  return error;
}
