/** Asks before a run's modules run. */
import { requireTrust, runSubject, UntrustedModuleError } from "../../core/io/mod.ts";
import { fileUrl } from "../../core/io/yaml_file.ts";
import { asked } from "../terminal.ts";

/**
 * Returns where the modules that a run names may run: where they are `named` on the command line too, where the run is
 * trusted, or where a person at the terminal says so. Throws UntrustedModuleError, RunStoreError.
 */
export async function admitModules(directory: string, named: readonly string[] = []): Promise<void> {
  try {
    await requireTrust(runSubject(directory), named.map((path) => fileUrl(path).href));
  } catch (error) {
    if (!(error instanceof UntrustedModuleError) || !error.refusal.trustable) throw error;
    const { modules, reason } = error.refusal;
    const question = `run ${directory} runs code, and ${reason}:\n${modules.map((one) => `  ${one}`).join("\n")}`;
    if (!asked(`${question}\nrun it this once?`)) throw error;
  }
}
