/** A worker of a team: an instance of the kernels in each shared memory, and its share of every phase. */
import type { Kernels } from "../kernels.gen.ts";
import { callKernel } from "../calls.ts";
import { fillQuantiles } from "../module.ts";
import { awaitOthers, giveUp, isGivenUp, takePart } from "./barrier.ts";
import type { Phases, TeamReply, TeamRequest } from "./messages.ts";

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<TeamRequest>) => void) | null;
  postMessage(reply: TeamReply): void;
}

type Start = Extract<TeamRequest, { readonly type: "start" }>;
type Run = Extract<TeamRequest, { readonly type: "run" }>;

const scope = globalThis as unknown as WorkerScope;
const programs = new Map<number, Phases>();
const spaces = new Map<number, Kernels>();
let team: Start | undefined;

/** The kernels in a memory, with static data that no other worker's instance uses. */
function enter(memory: WebAssembly.Memory): Kernels {
  const { exports } = new WebAssembly.Instance(team!.module, { env: { memory } });
  const kernels = { ...exports, memory } as unknown as Kernels;
  fillQuantiles(kernels);
  return kernels;
}

function runPhases(phases: Phases, kernels: Kernels, { words }: Run): void {
  const { control, workers } = team!;
  for (const [phase, parts] of phases.entries()) {
    for (let part = takePart(control); part < parts.length; part = takePart(control)) {
      for (const call of parts[part]!) callKernel(kernels, call, words);
    }
    awaitOthers(control, { phase, workers });
    if (isGivenUp(control)) return;
  }
}

function run(request: Run): void {
  const { space, memory, program, phases } = request;
  try {
    if (memory) spaces.set(space, enter(memory));
    if (phases) programs.set(program, phases);
    runPhases(programs.get(program)!, spaces.get(space)!, request);
    scope.postMessage({});
  } catch (error) {
    giveUp(team!.control);
    scope.postMessage({ error: String(error) });
  }
}

scope.onmessage = ({ data }) => {
  switch (data.type) {
    case "start":
      team = data;
      return scope.postMessage({});
    case "run":
      return run(data);
    case "drop":
      return void programs.delete(data.program);
    case "leave":
      return void spaces.delete(data.space);
  }
};
