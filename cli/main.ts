#!/usr/bin/env -S deno run --allow-read --allow-write --allow-env --allow-sys
/** The command line, `zen`. */
import { reportError } from "./errors.ts";
import { commandWords, createProgram } from "./program.ts";

/** Runs a command line and returns its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  const program = createProgram();
  let command: string | undefined;
  program.hook("preAction", (_program, called) => void (command = commandWords(called)));
  try {
    await program.parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    return reportError(error, { verbose: program.opts<{ verbose: boolean }>().verbose, command });
  }
}

if (import.meta.main) Deno.exit(await main(Deno.args));
