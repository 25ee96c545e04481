/** What `zen trust` does. */
import { resolve } from "node:path";
import { type TrustEntry, TrustStore, trustSubject } from "../../core/io/mod.ts";
import type { TrustOptions } from "../commands/trust.ts";
import { UsageError } from "../errors.ts";
import { note, print, printJson } from "../terminal.ts";

/** Trusts files and runs as they are now. Throws ConfigError, RunStoreError. */
export async function add(paths: string[], { json }: TrustOptions): Promise<void> {
  const store = new TrustStore();
  for (const path of paths) {
    const entry = await store.trust(await trustSubject(path)), modules = Object.keys(entry.modules);
    if (json) printJson(entry);
    else note([`trusted: ${entry.path}`, ...modules.map((module) => `  it may run ${module}`)].join("\n"));
  }
}

/** `trusted`, or why it is not any more. */
async function stateOf({ path, modules }: TrustEntry, store: TrustStore): Promise<string> {
  try {
    return await store.objection(await trustSubject(path), Object.keys(modules)) ?? "trusted";
  } catch (error) {
    if (error instanceof Error) return error.message.split("\n").join(" ");
    throw error;
  }
}

/** Prints what is trusted. Throws ConfigError. */
export async function list({ json }: TrustOptions): Promise<void> {
  const store = new TrustStore(), entries = store.entries();
  for (const entry of entries) {
    const state = await stateOf(entry, store);
    if (json) printJson({ ...entry, state });
    else print(`${entry.path}${state === "trusted" ? "" : `: ${state}`}`);
  }
  if (entries.length === 0 && !json) note("nothing is trusted");
}

/** The path that an entry has; what is gone has no other than the one given. */
function realPath(path: string): string {
  try {
    return Deno.realPathSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return resolve(path);
    throw error;
  }
}

/** Trusts files and runs no more. Throws UsageError for one that was not trusted. */
export async function remove(paths: string[], { json }: TrustOptions): Promise<void> {
  const store = new TrustStore();
  for (const path of paths.map(realPath)) {
    if (!await store.remove(path)) throw new UsageError(`Cannot remove ${path} as it was not trusted: zen trust list`);
    if (json) printJson({ removed: path });
    else note(`no longer trusted: ${path}`);
  }
}
