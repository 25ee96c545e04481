/** What a core of this machine can do at most, in the CPU backend's own kernels. */
import type { Kernels } from "./kernels.gen.ts";
import { compileModule, instantiateKernels } from "./module.ts";
import type { DeviceSpeed } from "../webgpu/speed.ts";

const STEPS = 2 ** 20;
/** Operations of a step: 12 multiply-adds of 4 floats. */
const OPERATIONS_PER_STEP = 96;
const COPY_BYTES = 2 ** 25;

/** Milliseconds of the quickest of 8 calls: other work on the machine can only make a call slower. */
function quickestMs(body: () => void): number {
  const times = Array.from({ length: 8 }, () => {
    const start = performance.now();
    body();
    return performance.now() - start;
  });
  return Math.min(...times);
}

function copyMs(kernels: Kernels): number {
  const start = kernels.arenaAddress();
  kernels.memory.grow(Math.ceil(2 * COPY_BYTES / 65536) + 1);
  return quickestMs(() => kernels.copyRows(start, 0, start + COPY_BYTES, 0, COPY_BYTES, 1));
}

/** Measures one core on this thread: multiply-adds in registers, and a copy that is too large for any cache. */
export async function measureCore(): Promise<DeviceSpeed> {
  const kernels = instantiateKernels(await compileModule());
  const gflops = OPERATIONS_PER_STEP * STEPS / quickestMs(() => void kernels.multiplyAdds(STEPS, 0.5, 1e-3)) / 1e6;
  return { gflops, gbps: 2 * COPY_BYTES / copyMs(kernels) / 1e6 };
}
