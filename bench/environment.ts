/** Describes what a benchmark ran on: the machine, the runtime and the commit. */
import { cpus } from "node:os";

/** The machine, the runtime and the source. */
export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  readonly deno: string;
  readonly v8: string;
  readonly commit: string;
}

async function commit(): Promise<string> {
  const { success, stdout } = await new Deno.Command("git", { args: ["rev-parse", "--short", "HEAD"] }).output();
  return success ? new TextDecoder().decode(stdout).trim() : "not in a repository";
}

/** Reads the environment from the system and from git. */
export async function environment(): Promise<Environment> {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    commit: await commit(),
  };
}
