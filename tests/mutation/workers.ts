/** Does jobs on several copies of the tree at once. */
import { TreeCopy } from "./tree.ts";

/** What the jobs share. */
export interface WorkersOptions<T> {
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** How many jobs run at once, each in a copy of its own. */
  readonly workers: number;
  /** Does one job. */
  readonly work: (item: T, copy: TreeCopy) => Promise<void>;
}

/**
 * Does every job; each worker takes the next one when it is free. Where one throws, the others
 * end after the job at hand and this throws the same.
 */
export async function workThrough<T>(items: readonly T[], { files, workers, work }: WorkersOptions<T>): Promise<void> {
  const queue = items.values();
  let failed = false;
  const ended = await Promise.allSettled(
    Array.from({ length: Math.min(workers, items.length) }, async () => {
      await using copy = await TreeCopy.of(files);
      for (const item of queue) {
        await work(item, copy).catch((error) => {
          failed = true;
          throw error;
        });
        if (failed) break;
      }
    }),
  );
  const failure = ended.find((end) => end.status === "rejected");
  if (failure) throw failure.reason;
}
