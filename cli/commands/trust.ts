/** `zen trust`: which files and runs may run the modules that they name. */
import type { Command } from "npm:commander@15.1.0";
import { imported, jsonOption } from "../options.ts";
import { ALWAYS, declarePermissions } from "../permissions.ts";

/** What the commands' options parse to. */
export interface TrustOptions {
  readonly json?: boolean;
}

const EXAMPLES = `
A configuration file or a run may name modules of its own (modules, proxy, space), which are programs: they may do what
zen may. zen runs them if they are named on the command line, or if the file or run is trusted. Trust is kept with the
hashes of the file and its modules, with what those import by relative paths: when one is edited, it is trusted no more.
Published presets need none.

Examples:
  zen trust my_search.yaml
  zen trust runs/mine && zen runs resume runs/mine
  zen trust list
  zen trust remove my_search.yaml`;

/** Adds the commands. */
export function addTrustCommand(program: Command): void {
  const trust = program.command("trust").usage("[options] <files...> | list | remove <files...>")
    .description("let configuration files and runs run the modules that they name")
    .addHelpText("after", EXAMPLES);
  declarePermissions(
    trust.command("add <files...>", { isDefault: true })
      .description("trust files and runs as they are now (the default)"),
    { read: ALWAYS, write: ALWAYS, env: ALWAYS },
  ).addOption(jsonOption()).addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/trust.ts")).add));
  declarePermissions(
    trust.command("list").description("list what is trusted, and what has changed since"),
    { read: ALWAYS, env: ALWAYS },
  ).addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  zen trust list --json | jq -r .path")
    .action(imported(async () => (await import("../actions/trust.ts")).list));
  declarePermissions(
    trust.command("remove <files...>").description("trust files and runs no more"),
    { read: ALWAYS, write: ALWAYS, env: ALWAYS },
  ).addOption(jsonOption())
    .addHelpText("after", "\nExample:\n  zen trust remove my_search.yaml")
    .action(imported(async () => (await import("../actions/trust.ts")).remove));
}
