/** What the backend and its worker say to each other. */
import type { ErrorRecord } from "../worker/errors.ts";
import type { StoragePrecision } from "../../core/graph/precision.ts";
import type { AdapterChoice, AdapterDescription } from "./adapters.ts";
import type { PlanLimits } from "./limits.ts";
import type { Job } from "./jobs.ts";

/** To the worker. */
export type Request =
  | { readonly type: "start"; readonly adapter: AdapterChoice; readonly precision: StoragePrecision }
  | Job
  /** Ends the device as a driver's reset does; it is opened again for the next run. */
  | { readonly type: "lose" }
  | { readonly type: "measure"; readonly id: number }
  | { readonly type: "close" };

/** What the worker has done and holds. */
export interface WorkerUsage {
  /** Compute pipelines of the device. */
  readonly pipelines: number;
  /** Bytes of the device's buffers, those of held tensors among them. */
  readonly bytes: number;
  /** How often the device was opened. */
  readonly openings: number;
  /** Submitted groups: programs of a group share a readback. */
  readonly groups: number;
}

/** From the worker. */
export type Reply =
  | { readonly type: "started"; readonly adapter: AdapterDescription; readonly limits: PlanLimits }
  | { readonly type: "done"; readonly results: readonly RunResult[] }
  | { readonly type: "failed"; readonly ids: readonly number[]; readonly error: ErrorRecord }
  | { readonly type: "measured"; readonly id: number; readonly usage: WorkerUsage }
  /** The device has given everything back. */
  | { readonly type: "closed" };

/** The outputs of a run, or the tensors of a read. */
export interface RunResult {
  readonly id: number;
  readonly outputs: readonly Float32Array<ArrayBuffer>[];
}
