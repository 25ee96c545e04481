/** The WebAssembly module, and how it is loaded. */
import { normalQuantiles } from "../../core/numeric/random.ts";
import type { Kernels } from "./kernels.gen.ts";

/** Fetches and compiles kernels.wasm, from a file or from https alike. */
export async function compileModule(): Promise<WebAssembly.Module> {
  const response = await fetch(new URL("./kernels.wasm", import.meta.url));
  return await WebAssembly.compile(await response.arrayBuffer());
}

/** An instance with a memory of its own, its table of normal quantiles filled. */
export function instantiateKernels(module: WebAssembly.Module): Kernels {
  const kernels = new WebAssembly.Instance(module).exports as unknown as Kernels;
  new Int32Array(kernels.memory.buffer, kernels.quantilesAddress(), normalQuantiles().length).set(normalQuantiles());
  return kernels;
}
