/** The permissions of Deno that each command needs, declared once: `--help` prints them, and a test runs with them alone. */
import type { Command } from "npm:commander@15.1.0";

/** What stands behind `--allow-` in a flag of `deno run`. */
export type Permission = "read" | "write" | "env" | "sys" | "net" | "ffi" | "run=adb" | "run=xdg-open";

/** Permissions, each with the case in which it is needed. */
export type Permissions = Readonly<Partial<Record<Permission, string>>>;

/** The case of a permission without which a command does nothing. */
export const ALWAYS = "always";

/** Why a command that opens a device looks at the environment. */
export const FOR_A_GPU = "with --device auto or webgpu";

/** What fetching published weights takes. */
export const forWeights = { net: "with --pretrained", write: "with --pretrained" } as const satisfies Permissions;

const declared = new WeakMap<Command, Permissions>();

function helpOf(permissions: Permissions): string {
  const lines = Object.entries(permissions).map(([name, when]) =>
    `  ${`--allow-${name}`.padEnd(17)}${when === ALWAYS ? "" : when}`.trimEnd()
  );
  return `\nPermissions (flags of deno run; deno task zen gives all):\n${lines.join("\n") || "  none"}`;
}

/** Declares what a command needs; its `--help` says so. */
export function declarePermissions(command: Command, permissions: Permissions): Command {
  declared.set(command, permissions);
  return command.addHelpText("after", helpOf(permissions));
}

/** What a command was declared to need; undefined for a group of commands. */
export function permissionsOf(command: Command): Permissions | undefined {
  return declared.get(command);
}
