/**
 * Benchmarks of the CPU backend: `deno task bench [--json] [--peer torch_peer.py]`.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { Machine } from "../kernels/cpu/machine.ts";
import { compileModule } from "../kernels/cpu/module.ts";
import { environment } from "./environment.ts";
import { measureLimits } from "./limits.ts";
import { cifarSubjects } from "./networks.ts";
import { measureConvolutions, measureGaussian } from "./operations.ts";
import { measurePeer } from "./peer.ts";
import { jsonReport, printReport, type Results } from "./report.ts";
import { measureZen } from "./zen.ts";

const NO_PEER = "PyTorch: not measured; --peer torch_peer.py runs it beside";

async function peerResults(script: string | undefined, cores: number): Promise<Results["peer"]> {
  if (!script) return NO_PEER;
  try {
    return await measurePeer(script, cifarSubjects(), cores);
  } catch (error) {
    return `PyTorch: not measured. ${error instanceof Error ? error.message : error}`;
  }
}

async function measureAll(peer: string | undefined): Promise<Results> {
  const machine = new Machine(await compileModule()), where = environment();
  const limits = await measureLimits(machine.kernels);
  return {
    environment: where,
    limits,
    operations: await measureConvolutions(machine, limits),
    gaussianMillionsPerSecond: await measureGaussian(machine),
    zen: await measureZen(limits.peakGflops),
    peer: await peerResults(peer, where.cores),
  };
}

const { values } = parseArgs({ options: { json: { type: "boolean", default: false }, peer: { type: "string" } } });
const results = await measureAll(values.peer);
const text = values.json ? JSON.stringify(jsonReport(results)) : printReport(results);
await Deno.stdout.write(new TextEncoder().encode(`${text}\n`));
