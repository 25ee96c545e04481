/** `zen dashboard`: runs on a page of this machine. */
import type { Command } from "npm:commander@15.1.0";
import { imported, integer, jsonOption } from "../options.ts";
import { ALWAYS, declarePermissions } from "../permissions.ts";

/** What the command's options parse to. */
export interface DashboardOptions {
  readonly port: number;
  readonly open?: boolean;
  readonly host?: string;
  readonly token?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
The page shows searches and trainings as they go on and changes nothing. It loads nothing from other hosts. This machine alone
reaches it, unless --host names an address to listen at; then requests bring the --token: the printed address has it. The
connection is not encrypted. Ctrl-C ends it. /api/runs and /api/runs/<id> have the same as JSON.

Examples:
  zen dashboard
  zen dashboard runs more/runs --port 8080 --open
  zen dashboard runs --host 0.0.0.0 --token "$(openssl rand -hex 16)"`;

const HIGHEST_PORT = 65_535;

/** Adds the command. */
export function addDashboardCommand(program: Command): void {
  const command = program.command("dashboard")
    .description("show runs in a browser, as they go on")
    .argument("[dirs...]", "folders that runs are kept in, or runs (default: runs)")
    .option("--port <number>", "where to listen; 0 for any that is free", integer(0, HIGHEST_PORT), 6900)
    .option("--open", "open the page in a browser")
    .option("--host <address>", "listen at this address instead; takes --token")
    .option("--token <text>", "what requests must bring, of 16 characters or more")
    .addOption(jsonOption());
  declarePermissions(command, { read: ALWAYS, net: ALWAYS, env: ALWAYS, "run=xdg-open": "with --open" });
  command.addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/dashboard.ts")).dashboard));
}
