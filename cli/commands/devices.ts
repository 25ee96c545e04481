/** `zen devices`: what there is to compute on, and how fast it is. */
import type { Command } from "npm:commander@15.1.0";
import { imported, jsonOption } from "../options.ts";
import { ALWAYS, declarePermissions } from "../permissions.ts";

/** What the command's options parse to. */
export interface DevicesOptions {
  readonly json?: boolean;
}

const NOTES = `
GFLOP/s are fused multiply-adds in registers, two operations each; GB/s are read and written by a copy. The CPU's are of
one core. --device auto takes the first GPU that is no software driver, else the CPU.

Example:
  zen devices --json | jq -r 'select(.auto).device'`;

/** Adds the command. */
export function addDevicesCommand(program: Command): void {
  const command = program.command("devices").description("list what there is to compute on, and measure it")
    .addOption(jsonOption());
  declarePermissions(command, { read: ALWAYS, env: ALWAYS })
    .addHelpText("after", NOTES).action(imported(async () => (await import("../actions/devices.ts")).devices));
}
