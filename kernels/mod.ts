/**
 * Devices: backends by name.
 *
 * @module
 */
import type { Backend } from "../core/graph/backend.ts";
import { type CpuBackend, type CpuOptions, openCpu } from "./cpu/backend.ts";
import { openWebGpu, type WebGpuBackend, type WebGpuOptions } from "./webgpu/backend.ts";

export { type CpuBackend, type CpuOptions, openCpu };
export { openWebGpu, type WebGpuBackend, type WebGpuOptions };
export { type AdapterChoice, type AdapterDescription, listAdapters } from "./webgpu/adapters.ts";
export { KernelError, NoAdapterError } from "./webgpu/errors.ts";
export { measureCore } from "./cpu/speed.ts";
export { type CpuStopwatch, type Feeds, openCpuStopwatch, type TimedGraph, type TimedTask } from "./cpu/stopwatch.ts";
export { type DeviceSpeed, measureAdapter } from "./webgpu/speed.ts";
export type { WorkerUsage } from "./webgpu/messages.ts";

/** Options of each backend by its name. */
export interface BackendOptions {
  /** Of the CPU backend. */
  readonly cpu: CpuOptions;
  /** Of the WebGPU backend. */
  readonly webgpu: WebGpuOptions;
}

/** The name of a backend. */
export type BackendName = keyof BackendOptions;

const openers: { readonly [K in BackendName]: (options?: BackendOptions[K]) => Promise<Backend> } = {
  cpu: openCpu,
  webgpu: openWebGpu,
};

/** The names of all backends. */
export const backendNames: readonly BackendName[] = Object.keys(openers) as BackendName[];

/** Opens a backend by its name; throws what its opener throws. */
export function openBackend<K extends BackendName>(name: K, options?: BackendOptions[K]): Promise<Backend> {
  return openers[name](options);
}
