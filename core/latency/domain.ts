/** The domain of validity: kernels and latencies between those that were measured. */
import { type Kernel, kernelSignature } from "./kernel.ts";

/** The extents of kernels that bound the domain, each with the words for it. */
export const domainExtents = {
  batch: "batch",
  size: "size",
  inputs: "input channels",
  outputs: "output channels",
} as const satisfies Partial<Record<keyof Kernel, string>>;
/** The name of such an extent. */
export type DomainExtent = keyof typeof domainExtents;

/** The lowest and the highest. */
export type Bounds = readonly [low: number, high: number];

/** Extents of all measured kernels of one kind. */
export type KindBounds = Readonly<Record<DomainExtent, Bounds>>;

/** What was measured. */
export interface Domain {
  /** Kind, window and stride of kernels; see `kernelSignature`. */
  readonly signatures: readonly string[];
  /** For each kind of kernel, its extents. */
  readonly kinds: Readonly<Record<string, KindBounds>>;
  /** Latencies of networks, ms. */
  readonly latencyMs: Bounds;
}

const wider = ([low, high]: Bounds, value: number): Bounds => [Math.min(low, value), Math.max(high, value)];

/** The domain that kernels and latencies of networks span. */
export function domainOf(kernels: readonly Kernel[], latenciesMs: readonly number[]): Domain {
  const kinds: Record<string, KindBounds> = {}, nothing: Bounds = [Infinity, -Infinity];
  for (const kernel of kernels) {
    const bounds = kinds[kernel.kind] ?? { batch: nothing, size: nothing, inputs: nothing, outputs: nothing };
    const entries = Object.entries(bounds).map(([name, range]) => [name, wider(range, kernel[name as DomainExtent])]);
    kinds[kernel.kind] = Object.fromEntries(entries) as KindBounds;
  }
  return {
    signatures: [...new Set(kernels.map(kernelSignature))].sort(),
    kinds,
    latencyMs: latenciesMs.reduce(wider, nothing),
  };
}

/** Why a kernel is outside the domain, or undefined. */
export function whyOutside(kernel: Kernel, { signatures, kinds }: Domain): string | undefined {
  const signature = kernelSignature(kernel), bounds = kinds[kernel.kind];
  if (!bounds || !signatures.includes(signature)) return `${signature} was not measured`;
  for (const [name, words] of Object.entries(domainExtents) as [DomainExtent, string][]) {
    const [low, high] = bounds[name], value = kernel[name];
    if (value < low || value > high) return `${signature} was measured with ${words} ${low} … ${high}: got ${value}`;
  }
  return undefined;
}

/** By which factor a latency may be outside those that were measured. */
const LATENCY_REACH = 1.25;

/** Why a predicted latency is outside the domain, or undefined. */
export function whyLatencyOutside(predictedMs: number, { latencyMs: [low, high] }: Domain): string | undefined {
  if (predictedMs >= low / LATENCY_REACH && predictedMs <= high * LATENCY_REACH) return undefined;
  const digits = (value: number): string => `${Number(value.toPrecision(3))}`;
  return `measured networks take ${digits(low)} … ${digits(high)} ms: predicted ${digits(predictedMs)} ms`;
}
