/** A training in a process of its own, to be killed: starts a run or continues it, with a snapshot at every step. */
import { runTraining } from "@zennas/zennas";
import { openCpu } from "../../../kernels/mod.ts";
import { smallRun, storeIn } from "./training_case.ts";

using store = storeIn(Deno.args[0]!);
await using backend = await openCpu({ workers: 1 });
let told = false;
/** Tells of the first step; nobody reads on. */
const onEvent = (): void => {
  if (!told) Deno.stdout.writeSync(new TextEncoder().encode("trained\n"));
  told = true;
};
await runTraining({ ...smallRun(backend), store, snapshotMs: 0, onEvent });
