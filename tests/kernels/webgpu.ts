/** Tests that need a WebGPU adapter: any will do, so a software driver is enough. */
import { findAdapters } from "../../cli/device.ts";
import type { AdapterDescription } from "../../kernels/mod.ts";

const adapters = await findAdapters();

/** The adapter that the backend opens unless told otherwise. */
export const adapter: AdapterDescription | undefined = adapters[0];

/** Registers a test; ignored, and counted, where there is no adapter or it lacks a feature, or where `needs` says what else is missing. */
export function webGpuTest(
  name: string,
  body: (t: Deno.TestContext) => Promise<void>,
  { feature, needs = "" }: { readonly feature?: string; readonly needs?: string } = {},
): void {
  const missing = !adapter ? "a WebGPU adapter" : feature && !adapter.features.includes(feature) ? feature : needs;
  Deno.test({ name: missing ? `${name} (needs ${missing})` : name, ignore: missing !== "", fn: body });
}
