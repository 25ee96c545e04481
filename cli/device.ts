/** Chooses the device to compute on, and says on stderr which it is. */
import type { Backend } from "../core/graph/backend.ts";
import type { StoragePrecision } from "../core/graph/precision.ts";
import { shorten } from "../core/shorten.ts";
import { type AdapterChoice, type AdapterDescription, listAdapters, openCpu, openWebGpu } from "../kernels/mod.ts";
import { UsageError } from "./errors.ts";
import { note } from "./terminal.ts";

/** What `--device`, `--precision` and `--workers` parse to. */
export interface DeviceOptions {
  readonly device: string;
  readonly precision?: StoragePrecision;
  readonly workers?: number;
}

/** What a device is opened as: the CPU, or an adapter. */
export type DeviceChoice = { readonly backend: "cpu" } | {
  readonly backend: "webgpu";
  readonly adapter: AdapterChoice;
};

/** Keeps Mesa from warning, on every request, of a session without a runtime folder. */
function quietDriver(): void {
  if (Deno.build.os === "linux" && !Deno.env.get("XDG_RUNTIME_DIR")) Deno.env.set("XDG_RUNTIME_DIR", "/tmp");
}

/** The adapters of this machine. */
export async function findAdapters(): Promise<AdapterDescription[]> {
  quietDriver();
  return await listAdapters();
}

/** A real GPU where there is one. A software driver is right but slow, so it is only taken when it is named. */
export function automaticDevice(adapters: readonly AdapterDescription[]): DeviceChoice {
  const real = adapters.find(({ software }) => !software);
  return real ? { backend: "webgpu", adapter: real.index } : { backend: "cpu" };
}

/** What a `--device` other than auto names. Throws UsageError for a name that stands for nothing. */
export function namedDevice(device: string): DeviceChoice {
  const [, adapter] = /^webgpu(?::(.+))?$/.exec(device) ?? [];
  if (device === "cpu") return { backend: "cpu" };
  if (device === "webgpu") return { backend: "webgpu", adapter: "best" };
  if (adapter !== undefined) return { backend: "webgpu", adapter: /^\d+$/.test(adapter) ? Number(adapter) : adapter };
  throw new UsageError(
    `Cannot compute on ${shorten(device)}: --device takes auto, cpu, webgpu or webgpu:<name or index>`,
  );
}

async function open({ device, precision = "f32", workers }: DeviceOptions): Promise<Backend> {
  const choice = device === "auto" ? automaticDevice(await findAdapters()) : namedDevice(device);
  if (choice.backend === "webgpu") {
    quietDriver();
    return await openWebGpu({ adapter: choice.adapter, precision });
  }
  if (precision !== "f32") throw new UsageError(`Cannot compute in ${precision} on the CPU: it takes a WebGPU device`);
  return await openCpu(workers === undefined ? {} : { workers });
}

/** Opens the backend that `--device` names and says on stderr which it is. */
export async function openDevice(options: DeviceOptions): Promise<Backend> {
  const backend = await open(options);
  note(`device: ${describeDevice(backend)}`);
  return backend;
}

/** A backend in words, for people and for a run's record. */
export function describeDevice({ device }: Backend): string {
  return `${device.backend}, ${device.name} (${device.details})`;
}
