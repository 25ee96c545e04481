#!/usr/bin/env -S deno run --allow-read --allow-write --allow-env --allow-sys
/** The command line, `zen`. */
import { reportError } from "./errors.ts";
import { createProgram } from "./program.ts";

/** Runs a command line and returns its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const program = createProgram();
  try {
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    return reportError(error, { verbose: program.opts<{ verbose: boolean }>().verbose });
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
