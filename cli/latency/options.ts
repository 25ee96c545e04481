/** Options that the commands of `zen latency` share. */
import { type Command, Option } from "npm:commander@15.1.0";
import { storagePrecisions } from "../../core/graph/precision.ts";
import { settings } from "../../core/search/settings.ts";
import { integer } from "../options.ts";
import type { Permissions } from "../permissions.ts";
import { ALWAYS } from "../permissions.ts";
import { type LatencyTargetName, latencyTargets } from "./target.ts";

/** What the options of {@link addTargetOptions} parse to. */
export interface OnOptions {
  readonly on: LatencyTargetName;
  readonly batch: number;
  readonly precision: "f32" | "f16";
}

/** What a command that measures needs. */
export const targetPermissions = { read: ALWAYS, env: "with --on webgpu" } as const satisfies Permissions;

/** Adds the options that say on what to measure. */
export function addTargetOptions(command: Command): Command {
  const on = new Option("--on <target>", "this machine's kernels on one core, LiteRT in WebAssembly, or a GPU");
  return command
    .addOption(on.choices(latencyTargets).default("cpu"))
    .addOption(
      new Option("--batch <images>", "images of a batch").argParser(integer(1, settings.batch.most)).default(1),
    )
    .addOption(
      new Option("--precision <type>", "how tensors are stored on a GPU").choices(storagePrecisions).default("f32"),
    );
}
