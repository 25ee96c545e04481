/**
 * What the WebGPU backend's worker does, on the main thread of a process of its own, which collects its garbage when it is
 * asked to: runs candidates, and prints what the process holds after each 1,000.
 */
import { GpuDevice } from "../../kernels/webgpu/device.ts";
import { planGraph } from "../../kernels/webgpu/plan.ts";
import { RunQueue } from "../../kernels/webgpu/run_queue.ts";
import { convolutions } from "./candidates.ts";

const collect = (globalThis as unknown as { gc(): void }).gc;
const open = (): Promise<GpuDevice> => GpuDevice.open({ adapter: "best", precision: "f32" });
const device = await open(), waiting = new Map<number, () => void>();

using queue = new RunQueue(device, {
  open,
  done: (runs) => runs.forEach(({ id }) => waiting.get(id)!()),
  failed: (_, error) => {
    throw error;
  },
});

/** A candidate, planned anew as a search does. */
async function run(id: number): Promise<void> {
  const graph = convolutions(1 + id % 8, 1 + id % 2);
  const { plan, uploadsOf } = planGraph(graph, { limits: device.limits, precision: "f32" });
  await new Promise<void>((resolve) => {
    waiting.set(id, resolve);
    queue.add({ type: "run", id, run: { plan, options: { seed: id }, uploads: uploadsOf({}) } });
  });
  waiting.delete(id);
}

for (let id = 0; id < Number(Deno.args[0]); id += 20) {
  await Promise.all(Array.from({ length: 20 }, (_, more) => run(id + more)));
  if ((id + 20) % 1000 > 0) continue;
  collect();
  const { rss, heapTotal, heapUsed } = Deno.memoryUsage();
  const holding = { outsideBytes: rss - heapTotal, heapBytes: heapUsed, deviceBytes: device.bytes };
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(holding)}\n`));
}
