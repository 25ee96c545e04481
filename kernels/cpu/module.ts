/** The WebAssembly module, and how it is loaded. */
import { normalQuantiles } from "../../core/numeric/random.ts";
import type { Kernels } from "./kernels.gen.ts";
import { relocated, sitesOf } from "./relocation.ts";

/** Fetches and compiles kernels.wasm, from a file or from https alike. */
export async function compileModule(): Promise<WebAssembly.Module> {
  const response = await fetch(new URL("./kernels.wasm", import.meta.url));
  return await WebAssembly.compile(await response.arrayBuffer());
}

/** An instance with a memory of its own, its table of normal quantiles filled. */
export function instantiateKernels(module: WebAssembly.Module): Kernels {
  const kernels = new WebAssembly.Instance(module).exports as unknown as Kernels;
  fillQuantiles(kernels);
  return kernels;
}

/** Fills an instance's table of normal quantiles. */
export function fillQuantiles({ memory, quantilesAddress }: Kernels): void {
  new Int32Array(memory.buffer, quantilesAddress(), normalQuantiles().length).set(normalQuantiles());
}

/** Compiles the kernels for workers that share a memory, each with static data in a region of its own. */
export async function compileTeam(workers: number): Promise<WebAssembly.Module[]> {
  const response = await fetch(new URL("./kernels_shared.wasm", import.meta.url));
  const bytes = new Uint8Array(await response.arrayBuffer()), sites = sitesOf(await WebAssembly.compile(bytes));
  const regions = Array.from({ length: workers }, (_, worker) => worker + 1);
  return await Promise.all(regions.map((region) => WebAssembly.compile(relocated(bytes, { sites, region }))));
}
