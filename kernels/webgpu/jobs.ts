/** What a device is asked to do, one thing after another, as plain data. */
import type { PlanRun } from "./group.ts";
import type { HeldAccess, StateId } from "./held_buffers.ts";

/** A run and the number that its caller knows it by. */
export interface RunJob {
  readonly type: "run";
  readonly id: number;
  readonly run: PlanRun;
}

/** Held tensors to read, or to replace by values that stand one after the other. */
export interface AccessJob {
  readonly type: "access";
  readonly id: number;
  readonly access: HeldAccess;
  readonly values?: Float32Array<ArrayBuffer>;
}

/** What is answered. */
export type AskedJob = RunJob | AccessJob;

/** Buffers for a new state. */
export interface HoldJob {
  readonly type: "hold";
  readonly state: StateId;
  readonly pageBytes: readonly number[];
}

/** A state that is no longer needed. */
export interface DropJob {
  readonly type: "drop";
  readonly state: StateId;
}

/** Anything that waits for its turn. */
export type Job = AskedJob | HoldJob | DropJob;

/** The state that a job needs, if any. */
export const stateOf = (job: AskedJob): StateId | undefined => job.type === "run" ? job.run.state : job.access.state;
