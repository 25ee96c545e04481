/** Runs work that may be a module's: for so long as it may take, and watched where it can block the thread. */
import { type ChosenProxy, withinSeconds } from "../../core/io/mod.ts";
import type { WatchedWork } from "./messages.ts";
import { Watch } from "./watch.ts";

/** Runs work under its limits. Rejects with NoAnswerError for work that takes too long. */
export type Guard = <T>(work: () => Promise<T>, what: WatchedWork) => Promise<T>;

/** A guard. Without a watch, as for code of our own, work has a time limit alone. */
export function guard({ timeout, watch }: { readonly timeout: number; readonly watch?: Watch | undefined }): Guard {
  return (work, what) => withinSeconds(() => watch ? watch.during(work, what) : work(), { ...what, seconds: timeout });
}

/** Starts a watch where modules define blocks or proxies: only they can block the process for good. */
export async function watchModules(
  { timeout, module }: { readonly timeout: number; readonly module?: readonly string[] },
  chosen: readonly ChosenProxy[],
): Promise<Watch | undefined> {
  const foreign = module !== undefined || chosen.some(({ source }) => source !== undefined);
  return foreign ? await Watch.start({ timeout }) : undefined;
}
