/** How the CPU backend describes the machine that it runs on. */
import { cpus } from "node:os";
import type { DeviceDescription } from "../../core/graph/backend.ts";
import { instantiateKernels } from "./module.ts";

/** The processor's name; the architecture's name where the process may not ask the system. */
function processorName(): string {
  const { state } = Deno.permissions.querySync({ name: "sys", kind: "cpus" });
  const model = state === "granted" ? cpus()[0]?.model.trim() : undefined;
  return model ?? `${Deno.build.arch} processor`;
}

/** The processor, and the properties that decide the last bits of a result. */
export function describeCpu(module: WebAssembly.Module): DeviceDescription {
  const fused = instantiateKernels(module).multiplyAddFuses(1) ? "fused" : "separate";
  return {
    backend: "cpu",
    name: processorName(),
    details: `WebAssembly relaxed SIMD, ${fused} multiply-add, float32, ${Deno.build.arch}`,
  };
}
