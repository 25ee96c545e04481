/** The machine's limits, measured in the same run as everything that is compared with them. */
import type { Kernels } from "../kernels/cpu/kernels.gen.ts";
import { measure, settle } from "./harness.ts";

/** The peak speed of one core. */
export interface Limits {
  /**
   * Billions of operations a second of fused multiply-adds in registers, four floats at a time; a multiply-add is two
   * operations.
   */
  readonly peakGflops: number;
  /** Gigabytes a second, read and written together, of a copy that is too large for any cache. */
  readonly copyGbps: number;
}

const STEPS = 2_000_000;
/** Operations of a step: 12 multiply-adds of 4 floats. */
const OPERATIONS_PER_STEP = 96;
const COPY_BYTES = 48 * 2 ** 20;

function peakGflops(kernels: Kernels): number {
  const { minMs } = measure(() => void kernels.multiplyAdds(STEPS, 0.5, 0.001), { samples: 10 });
  return OPERATIONS_PER_STEP * STEPS / minMs / 1e6;
}

function copyGbps(kernels: Kernels): number {
  const start = kernels.arenaAddress();
  kernels.memory.grow(Math.ceil(2 * COPY_BYTES / 65536) + 1);
  const copy = (): void => kernels.copyRows(start, 0, start + COPY_BYTES, 0, COPY_BYTES, 1);
  return 2 * COPY_BYTES / measure(copy, { samples: 7 }).minMs / 1e6;
}

/** Measures both on this thread. */
export async function measureLimits(kernels: Kernels): Promise<Limits> {
  peakGflops(kernels);
  await settle();
  return { peakGflops: peakGflops(kernels), copyGbps: copyGbps(kernels) };
}
