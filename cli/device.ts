/** Chooses the device to compute on, aloud. */
import type { Backend } from "../core/backend.ts";
import { openBackend } from "../kernels/mod.ts";
import { UsageError } from "./errors.ts";
import { note } from "./terminal.ts";

/** What `--device` and `--workers` parse to. */
export interface DeviceOptions {
  readonly device: string;
  readonly workers?: number;
}

/** Opens the backend that `--device` names and says on stderr which it is. */
export async function openDevice({ device, workers }: DeviceOptions): Promise<Backend> {
  if (device !== "auto" && device !== "cpu") {
    throw new UsageError(`Cannot compute on ${device}: --device takes auto or cpu`);
  }
  const backend = await openBackend("cpu", workers === undefined ? {} : { workers });
  note(`device: ${describeDevice(backend)}`);
  return backend;
}

/** A backend in words, for people and for a run's record. */
export function describeDevice({ device }: Backend): string {
  return `${device.backend}, ${device.name} (${device.details})`;
}
