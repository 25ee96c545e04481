/** What a benchmark of training checks before it measures. */
import assert from "node:assert/strict";
import { type Backend, type NamedDesign, networkNamed, parseTrainConfig } from "@zennas/zennas";
import { BenchTraining, comparedLosses, drawnBatches } from "../../bench/training_runs.ts";
import type { TrainingPeer } from "../../bench/training_peer.ts";
import { openCpu } from "../../kernels/mod.ts";

const design: NamedDesign = networkNamed("SuperConvK3BNRELU(3,8,2,1)").design({ classes: 10, resolution: 8 });
const rates = { epochs: 9, batch: 8, schedule: "constant" } as const;

function begin(backend: Backend, learningRate: number): Promise<BenchTraining> {
  const config = parseTrainConfig({ ...rates, learningRate });
  return BenchTraining.begin(design, { name: "small", config, backend, batches: drawnBatches(design, 8) });
}

/** A peer that trains by our own steps, whatever rates it is told. */
async function peerOf(training: BenchTraining): Promise<TrainingPeer> {
  return await Promise.resolve({
    begin: () => Promise.reject(new Error("a training has begun")),
    take: async ({ length }) => ({ seconds: 0, peak_bytes: 0, losses: await training.take(length) }),
  });
}

Deno.test("times are compared only where losses are the peer's: a wrong learning rate is noticed", async () => {
  await using backend = await openCpu({ workers: 1 });
  using first = await begin(backend, 2);
  using same = await begin(backend, 2);
  assert.equal(await comparedLosses(first, await peerOf(same)), 0);
  using second = await begin(backend, 2);
  using other = await begin(backend, 2.2);
  await assert.rejects(
    comparedLosses(second, await peerOf(other)),
    /^Error: Cannot compare times of small as its losses/,
  );
});
