/** Opens what `--on` names. */
import { structureDesign } from "../../core/networks/design.ts";
import { parseStructure } from "../../core/networks/masternet/mod.ts";
import type { LatencyRunner, LatencyTarget, LatencyTargetName, TargetOptions } from "./target.ts";

/** Each is imported when it is opened, as LiteRT and WebGPU take time to load. */
const openers: Readonly<Record<LatencyTargetName, (options: TargetOptions) => Promise<LatencyTarget>>> = {
  cpu: async (options) => await (await import("./cpu_target.ts")).openCpuTarget(options),
  litert: async (options) => await (await import("./litert_target.ts")).openLiteRtTarget(options),
  webgpu: async (options) => await (await import("./webgpu_target.ts")).openWebGpuTarget(options),
};

/** Opens a target. Throws UsageError, and what its device throws. */
export function openTarget(on: LatencyTargetName, options: TargetOptions): Promise<LatencyTarget> {
  return openers[on](options);
}

/** A small network, the same everywhere: where its latency changes, the device has changed. */
const SENTINEL = "SuperConvK3BNRELU(3,16,2,1)SuperResK3K3(16,32,2,16,1)SuperResK3K3(32,64,2,32,1)";

/** Makes the sentinel ready. */
export function openSentinel(target: LatencyTarget, resolution: number): Promise<LatencyRunner> {
  return target.openNetwork(structureDesign(parseStructure(SENTINEL), { classes: 10, resolution }));
}
