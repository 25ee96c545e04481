/** The thread that watches the main one. It ends the process by a signal: only the main thread could exit with a code. */
import { recordStuck } from "../../core/io/runs/stuck.ts";
import { describeError } from "../errors.ts";
import { note } from "../terminal.ts";
import type { Report, Sign, WatchedWork } from "./messages.ts";

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<Sign>) => void) | null;
  postMessage(report: Report): void;
  close(): void;
}

const scope = globalThis as unknown as WorkerScope;

const TICK_MS = 250;
/** How long after Ctrl-C the process lives at most, milliseconds. */
const ENDING_MS = 1500;
/** How much later than its own timer the main thread counts as blocked: it may only be slow. */
const PATIENCE_MS = 2000;
const SIGNALS = ["SIGINT", "SIGTERM"] as const;

const inFlight = new Map<number, WatchedWork>();
let entered: WatchedWork | undefined;
let finishing: string | undefined;
let directory: string | undefined;
let timeout = Infinity;
let quietMs = 0;
let interrupted = false;

/** Ends the process as the signal does where nobody listens to it. */
function end(signal: typeof SIGNALS[number]): void {
  unlisten();
  Deno.kill(Deno.pid, signal);
}

function unlisten(): void {
  if (finishing !== undefined) { for (const signal of SIGNALS) Deno.removeSignalListener(signal, interrupt); }
  finishing = undefined;
}

const continueHint = (): string => directory === undefined ? "" : `, continue with: zen runs resume ${directory}`;

function interrupt(): void {
  if (interrupted) return end("SIGINT");
  interrupted = true;
  note(`${finishing}; once more ends at once`);
  scope.postMessage({ type: "interrupt" });
  setTimeout(() => {
    note(`interrupted; what did not end in time is lost, what is recorded is kept${continueHint()}`);
    end("SIGINT");
  }, ENDING_MS);
}

/** The work that blocks the thread; undefined where it may be any of several, or what nobody announced. */
function culprit(): WatchedWork | undefined {
  const [only, ...others] = inFlight.values();
  return entered ?? (others.length === 0 ? only : undefined);
}

/** Ends the process as the main thread is blocked: nothing in it can end that. */
function endBlocked(): void {
  const [any] = inFlight.values(), work = culprit(), what = (work ?? any)?.what ?? "go on";
  const reason = `Cannot ${what} as it did not answer within ${timeout} s and blocks the thread`;
  const error = Object.assign(new Error(reason), { structure: work?.structure });
  try {
    note(describeError(Object.assign(error, { hint: recorded(work, reason) })));
  } catch (failure) {
    for (const one of [error, failure]) note(describeError(one));
  } finally {
    end("SIGTERM");
  }
}

/** Records in the run what blocks the thread, if that is a candidate; returns what to do next, if that is known. */
function recorded(work: WatchedWork | undefined, reason: string): string | undefined {
  if (directory === undefined || (work ? work.index === undefined : inFlight.size === 0)) return undefined;
  recordStuck(directory, { index: work?.index ?? null, reason });
  const how = work
    ? "goes on without this candidate"
    : "scores one candidate at a time, which shows the one that blocks";
  return `zen runs resume ${directory} ${how}`;
}

scope.onmessage = ({ data }) => {
  quietMs = 0;
  switch (data.type) {
    case "start":
      ({ timeout, finishing } = data);
      if (finishing !== undefined) { for (const signal of SIGNALS) Deno.addSignalListener(signal, interrupt); }
      // Ticks are counted, as a clock goes on while the machine sleeps.
      setInterval(() => (quietMs += TICK_MS) > timeout * 1000 + PATIENCE_MS && endBlocked(), TICK_MS);
      return scope.postMessage({ type: "ready" });
    case "run":
      directory = data.directory;
      return;
    case "alive":
      return;
    case "begin":
      inFlight.set(data.id, data.work);
      entered = data.work;
      return;
    case "left":
      entered = undefined;
      return;
    case "end":
      inFlight.delete(data.id);
      return;
    case "stop":
      unlisten();
      return scope.close();
  }
};
