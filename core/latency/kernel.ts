/** Kernels: what a device runs at one time for a part of a network, described by what decides how long that takes. */

/** What a kernel computes. `linear` is a product with a matrix, `elementwise` an addition, product or activation alone. */
export const kernelKinds = [
  "convolution",
  "depthwise",
  "linear",
  "pooling",
  "global_pooling",
  "elementwise",
  "layout",
] as const;
/** One of {@link kernelKinds}. */
export type KernelKind = typeof kernelKinds[number];

/** The geometry of a kernel. Two kernels of one shape take the same time. */
export interface KernelShape {
  /** What it computes. */
  readonly kind: KernelKind;
  /** Images of the batch. */
  readonly batch: number;
  /** Rows and columns of the input; 1 for vectors. */
  readonly size: number;
  /** Rows and columns of the output; 1 for vectors. */
  readonly outputSize: number;
  /** Channels of the input. */
  readonly inputs: number;
  /** Channels of the output. */
  readonly outputs: number;
  /** Rows and columns of the window; 1 where there is none. */
  readonly window: number;
  /** Rows and columns from one window to the next; 1 where there is none. */
  readonly stride: number;
  /** Channel groups of a convolution; 1 elsewhere. */
  readonly groups: number;
  /** Tensors that are read beside the input, such as the addend of a fused or own addition. */
  readonly addends: number;
  /** The activation that is applied before the output is written; `none` for no activation. */
  readonly activation: string;
}

/** A kernel with what follows from its shape. */
export interface Kernel extends KernelShape {
  /** Names the shape: kernels of one key are the same. */
  readonly key: string;
  /** Multiply-adds. */
  readonly macs: number;
  /** Values of the activations read, the addends among them. */
  readonly readValues: number;
  /** Values of the weights. */
  readonly weightValues: number;
  /** Values written. */
  readonly writtenValues: number;
}

/** A kernel and how often a network runs it. */
export interface KernelUse {
  /** The kernel. */
  readonly kernel: Kernel;
  /** How often it is run for one batch. */
  readonly count: number;
}

const multiplies = (kind: KernelKind): boolean => kind === "convolution" || kind === "depthwise" || kind === "linear";

function keyOf(shape: KernelShape): string {
  const { kind, batch, size, outputSize, inputs, outputs, window, stride, groups, addends, activation } = shape;
  return `${kind} n${batch} ${size}>${outputSize} c${inputs}>${outputs} k${window}s${stride}g${groups} +${addends} ${activation}`;
}

/** Extents of a kernel, where they are bounded: beyond them products are no longer exact. */
export const MAX_EXTENT = 65_536;

function requireExtents(shape: KernelShape): void {
  const { batch, size, outputSize, inputs, outputs, window, stride, groups, addends } = shape;
  for (const [name, value] of Object.entries({ batch, size, outputSize, inputs, outputs, window, stride, groups })) {
    if (Number.isInteger(value) && value >= 1 && value <= MAX_EXTENT) continue;
    throw new RangeError(`Cannot make a kernel as ${name} is an integer from 1 to ${MAX_EXTENT}: got ${value}`);
  }
  if (!Number.isInteger(addends) || addends < 0 || addends > MAX_EXTENT) {
    throw new RangeError(`Cannot make a kernel as addends is an integer from 0 to ${MAX_EXTENT}: got ${addends}`);
  }
}

/**
 * A kernel of a shape. Throws RangeError for an extent that is no integer from 1 to {@link MAX_EXTENT}.
 *
 * @example
 * ```ts
 * import { kernelOf } from "@zennas/zennas";
 * const kernel = kernelOf({ kind: "convolution", batch: 1, size: 8, inputs: 16, outputs: 32, window: 3 });
 * if (kernel.macs !== 8 * 8 * 32 * 16 * 9) throw new Error(`${kernel.macs}`);
 * ```
 */
export function kernelOf(given: Partial<KernelShape> & Pick<KernelShape, "kind" | "inputs" | "outputs">): Kernel {
  const { stride = 1, size = 1 } = given;
  const defaults = { batch: 1, window: 1, groups: 1, addends: 0, activation: "none" };
  const shape: KernelShape = { ...defaults, size, stride, outputSize: Math.ceil(size / stride), ...given };
  requireExtents(shape);
  const { kind, batch, inputs, outputs, window, groups, addends } = shape;
  const written = batch * shape.outputSize ** 2 * outputs, perOutput = inputs / groups * window ** 2;
  return {
    ...shape,
    key: keyOf(shape),
    macs: multiplies(kind) ? written * perOutput : 0,
    readValues: batch * size ** 2 * inputs + written * addends,
    weightValues: multiplies(kind) ? outputs * perOutput : 0,
    writtenValues: written,
  };
}

/**
 * The class of a kernel: all kernels of a class share one factor in a network's latency. Windows are told apart, as each
 * has an algorithm of its own.
 */
export function kernelClass({ kind, window }: KernelShape): string {
  return kind === "convolution" || kind === "depthwise" ? `${kind} ${window}×${window}` : kind;
}

/** What must have been measured for a kernel to be inside the domain: kind, window and stride. */
export function kernelSignature({ kind, window, stride }: KernelShape): string {
  return `${kind} ${window}×${window} stride ${stride}`;
}
