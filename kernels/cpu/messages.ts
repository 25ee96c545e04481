/** What the backend and its workers say to each other. */
import type { Graph } from "../../core/graph/graph.ts";
import type { RunOptions } from "../../core/graph/op.ts";
import type { ErrorRecord } from "../worker/errors.ts";

/** To a worker. */
export type Request =
  | { readonly type: "start"; readonly module: WebAssembly.Module }
  /** Run a program; its graph comes with its first run on this worker. */
  | { readonly type: "run"; readonly program: number; readonly graph?: Graph; readonly options: RunOptions }
  | { readonly type: "drop"; readonly program: number };

/** What a worker keeps from one run to the next. */
export interface Holdings {
  /** Bytes of its memory: that of the largest program that it has run. */
  readonly memoryBytes: number;
  /** Programs that it has compiled and not dropped. */
  readonly programs: number;
}

/** From a worker, one for every start and run. */
export type Reply =
  & { readonly holdings: Holdings }
  & (
    | { readonly type: "done"; readonly outputs: Float32Array<ArrayBuffer>[] }
    | { readonly type: "failed"; readonly error: ErrorRecord }
  );
