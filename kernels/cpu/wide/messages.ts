/** What a team and its workers say to each other. */
import type { RunWord } from "../lowered.ts";
import type { SplitProgram } from "../program.ts";

/** The calls of a program. */
export type Phases = SplitProgram["phases"];

/** To a worker. */
export type TeamRequest =
  | {
    readonly type: "start";
    readonly module: WebAssembly.Module;
    /** Its number, and how many there are. */
    readonly index: number;
    readonly workers: number;
    readonly control: Int32Array;
  }
  /** Run a program in a memory; both come with their first run on this worker. */
  | {
    readonly type: "run";
    readonly space: number;
    readonly memory?: WebAssembly.Memory;
    readonly program: number;
    readonly phases?: Phases;
    readonly words: Readonly<Record<RunWord, number>>;
  }
  | { readonly type: "drop"; readonly program: number }
  | { readonly type: "leave"; readonly space: number };

/** From a worker, one for every start and run. */
export interface TeamReply {
  /** What it threw. */
  readonly error?: string;
}
