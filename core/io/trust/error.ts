/** What is refused for want of trust. */

/** A word as a shell reads it back. */
function shellWord(word: string): string {
  return /^[\w./:@%+=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** What was about to run, and why it must not. */
export interface Refusal {
  /** The file or run that names the modules, as its user calls it. */
  readonly source: string;
  /** The modules that nobody named on the command line, by URL. */
  readonly modules: readonly string[];
  /** Why the source is not trusted. */
  readonly reason: string;
  /** Whether trusting the source would help; nothing does for modules from the network but to name them. */
  readonly trustable: boolean;
}

/** A file or a run names modules that may not run, as it is not trusted. `hint` has the commands that let them run. */
export class UntrustedModuleError extends Error {
  /** The error's class. */
  override readonly name = "UntrustedModuleError";
  /** What was refused. */
  readonly refusal: Refusal;
  /** What to do about it. */
  readonly hint: string;

  /** An error about this refusal. */
  constructor(refusal: Refusal) {
    const { source, modules, reason, trustable } = refusal;
    super(`Cannot run the modules that ${source} names as ${reason}: got ${modules.join(", ")}`);
    this.refusal = refusal;
    const named = `${modules.map((module) => `--module ${shellWord(module)}`).join(" ")} lets them run this once`;
    this.hint = trustable ? `read them, then: zen trust ${shellWord(source)} (or ${named})` : named;
  }
}
