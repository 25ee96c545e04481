/** A worker of the CPU backend: one machine, and the programs that it was given. */
import { recordError } from "../worker/errors.ts";
import { Machine, type MachineProgram } from "./machine.ts";
import type { Holdings, Reply, Request } from "./messages.ts";

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<Request>) => void) | null;
  postMessage(reply: Reply, transfer: Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;
const programs = new Map<number, MachineProgram>();
let machine: Machine | undefined;

type RunRequest = Extract<Request, { readonly type: "run" }>;

function programOf({ program, graph }: RunRequest, on: Machine): MachineProgram {
  const known = programs.get(program);
  if (known) return known;
  const compiled = on.compile(graph!);
  programs.set(program, compiled);
  return compiled;
}

function holdings(): Holdings {
  return { memoryBytes: machine!.memoryBytes, programs: programs.size };
}

function run(request: RunRequest): void {
  try {
    const outputs = machine!.run(programOf(request, machine!), request.options);
    scope.postMessage({ type: "done", outputs, holdings: holdings() }, outputs.map(({ buffer }) => buffer));
  } catch (error) {
    scope.postMessage({ type: "failed", error: recordError(error), holdings: holdings() }, []);
  }
}

scope.onmessage = ({ data }) => {
  switch (data.type) {
    case "start":
      machine = new Machine(data.module);
      return scope.postMessage({ type: "done", outputs: [], holdings: holdings() }, []);
    case "run":
      return run(data);
    case "drop":
      return void programs.delete(data.program);
  }
};
