/**
 * Devices: backends by name.
 *
 * @module
 */
import type { Backend } from "../core/backend.ts";
import { type CpuBackend, type CpuOptions, openCpu } from "./cpu/backend.ts";

export { type CpuBackend, type CpuOptions, openCpu };

/** Options of each backend by its name. */
export interface BackendOptions {
  /** Of the CPU backend. */
  readonly cpu: CpuOptions;
}

/** The name of a backend. */
export type BackendName = keyof BackendOptions;

const openers: { readonly [K in BackendName]: (options?: BackendOptions[K]) => Promise<Backend> } = {
  cpu: openCpu,
};

/** The names of all backends. */
export const backendNames: readonly BackendName[] = Object.keys(openers) as BackendName[];

/** Opens a backend by its name; throws what its opener throws. */
export function openBackend<K extends BackendName>(name: K, options?: BackendOptions[K]): Promise<Backend> {
  return openers[name](options);
}
