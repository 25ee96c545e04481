/** Opens a bomb in a process of its own, and prints what happened and how much memory that took above the start. */
import { CheckpointError, openCheckpoint, tensorStatistics } from "../../../core/io/checkpoints/mod.ts";

const peakBytes = (): number => 1024 * Number(/VmHWM:\s+(\d+)/.exec(Deno.readTextFileSync("/proc/self/status"))![1]);

for (const path of Deno.args) {
  (globalThis as unknown as { gc(): void }).gc();
  Deno.writeTextFileSync("/proc/self/clear_refs", "5"); // the peak starts again
  const before = peakBytes(), start = performance.now();
  let outcome = "read";
  try {
    using checkpoint = openCheckpoint(path);
    for (const tensor of checkpoint.tensors.values()) tensorStatistics(tensor);
  } catch (error) {
    outcome = error instanceof CheckpointError ? error.kind : String(error);
  }
  const result = { outcome, bytes: peakBytes() - before, seconds: (performance.now() - start) / 1000 };
  Deno.stdout.writeSync(new TextEncoder().encode(`${JSON.stringify(result)}\n`));
}
