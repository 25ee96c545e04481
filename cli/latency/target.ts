/** What `zen latency` measures on. */
import type { NamedDesign } from "../../core/networks/design.ts";
import type { Kernel, LatencyDevice, Subject } from "../../core/latency/mod.ts";

/** Where a latency can be measured. */
export const latencyTargets = ["cpu", "litert", "webgpu"] as const;
/** One of {@link latencyTargets}. */
export type LatencyTargetName = typeof latencyTargets[number];

/** One operation of a run. */
export interface OperationTime {
  /** The operation of the graph. */
  readonly op: string;
  /** The kernel that computes it. */
  readonly kernel: string;
  /** The shape of its output. */
  readonly shape: readonly number[];
  /** How long it took, ms. */
  readonly ms: number;
}

/** Something that is ready to run on a target. */
export interface LatencyRunner extends Subject, Disposable {
  /** The time of each operation of one run, where the target can tell. */
  perOperation?(): readonly OperationTime[];
}

/** A place where networks run. */
export interface LatencyTarget extends AsyncDisposable {
  /** What it is. */
  readonly device: Omit<LatencyDevice, "batch" | "resolution" | "notes">;
  /** Makes a network ready. */
  openNetwork(design: NamedDesign): Promise<LatencyRunner>;
  /** Makes a kernel ready, where kernels can be measured alone; undefined for one that cannot. */
  openKernel?(kernel: Kernel): Promise<LatencyRunner> | LatencyRunner | undefined;
}

/** How a target runs networks. */
export interface TargetOptions {
  /** Images of a batch. */
  readonly batch: number;
  /** How a WebGPU device stores tensors. */
  readonly precision?: "f32" | "f16" | undefined;
}

/** Runs block the event loop: signals are let in at least this often, ms. */
const PAUSE_MS = 100;

/** Makes a function that lets signals and timers in, if the last time is {@link PAUSE_MS} ago. */
export function pausing(): () => Promise<void> | undefined {
  let last = performance.now();
  return () => {
    if (performance.now() - last < PAUSE_MS) return undefined;
    return new Promise((resolve) =>
      setTimeout(() => {
        last = performance.now();
        resolve();
      })
    );
  };
}
