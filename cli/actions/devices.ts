/** What `zen devices` does. */
import { type AdapterDescription, measureAdapter, measureCore, openCpu } from "../../kernels/mod.ts";
import type { DevicesOptions } from "../commands/devices.ts";
import { automaticDevice, findAdapters } from "../device.ts";
import { note, printJson, printTable } from "../terminal.ts";

/** A device as it is printed. */
interface DeviceRow {
  /** What `--device` takes. */
  readonly device: string;
  readonly name: string;
  readonly type: "processor" | "GPU" | "software driver";
  readonly auto: boolean;
  readonly gflops: number;
  readonly gigabytes_per_second: number;
  readonly features: readonly string[];
  readonly limits: Readonly<Record<string, number>>;
}

async function adapterRow(adapter: AdapterDescription, auto: boolean): Promise<DeviceRow> {
  const { index, name, software, features, limits } = adapter, { gflops, gbps } = await measureAdapter(index);
  const type = software ? "software driver" : "GPU";
  return { device: `webgpu:${index}`, name, type, auto, gflops, gigabytes_per_second: gbps, features, limits };
}

async function cpuRow(auto: boolean): Promise<DeviceRow> {
  await using backend = await openCpu({ workers: 1 });
  const { name, details } = backend.device, { gflops, gbps } = await measureCore();
  const limits = { cores: navigator.hardwareConcurrency };
  return {
    device: "cpu",
    name,
    type: "processor",
    auto,
    gflops,
    gigabytes_per_second: gbps,
    features: details.split(", "),
    limits,
  };
}

async function findRows(): Promise<DeviceRow[]> {
  const adapters = await findAdapters(), choice = automaticDevice(adapters);
  const rows: DeviceRow[] = [];
  for (const adapter of adapters) {
    rows.push(await adapterRow(adapter, choice.backend === "webgpu" && choice.adapter === adapter.index));
  }
  return [...rows, await cpuRow(choice.backend === "cpu")];
}

/** The limits that decide what fits, in a few words. */
function limitsInWords({ limits }: DeviceRow): string {
  const { cores, maxStorageBufferBindingSize, maxBufferSize, maxComputeWorkgroupStorageSize } = limits;
  if (cores !== undefined) return `${cores} cores`;
  const mebibytes = Math.min(maxStorageBufferBindingSize!, maxBufferSize!) / 2 ** 20;
  return `${Math.floor(mebibytes)} MiB a buffer, ${maxComputeWorkgroupStorageSize! / 1024} KiB a workgroup`;
}

/** Features that change what a network can be computed in. */
const notable = new Set(["shader-f16", "timestamp-query", "subgroups"]);

/** Measures and prints each device. */
export async function devices({ json }: DevicesOptions): Promise<void> {
  const rows = await findRows();
  if (json) return rows.forEach(printJson);
  printTable(
    ["device", "type", "GFLOP/s", "GB/s", "limits", "features", "name"],
    rows.map((row) => [
      row.device + (row.auto ? " *" : ""),
      row.type,
      row.gflops.toFixed(1).padStart(7),
      row.gigabytes_per_second.toFixed(1).padStart(6),
      limitsInWords(row),
      row.features.filter((feature) => row.device === "cpu" || notable.has(feature)).join(", "),
      row.name,
    ]),
  );
  note("* what --device auto takes");
}
