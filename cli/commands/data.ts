/** `zen data`: data sets on disk. */
import type { Command } from "npm:commander@15.1.0";
import { imported, integer, jsonOption, quietOption } from "../options.ts";
import { ALWAYS, declarePermissions } from "../permissions.ts";

/** What the options of `zen data check` parse to. */
export interface DataCheckOptions {
  readonly limit?: number;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const EXAMPLES = `
Recognised are CIFAR-10 and CIFAR-100 in their own formats, MNIST's files, and folders of classes (ImageNet's train and
val, or any others). The names imagenet, cifar10 and cifar100 stand for ~/data/imagenet, ~/data/pytorch_cifar10 and
~/data/pytorch_cifar100.

Examples:
  zen data check ~/data/imagenet --limit 1000
  zen data check cifar10 --json

Exits with 1 if an image is broken, a split cannot be read, or a file differs from the published one.`;

/** Adds the commands. */
export function addDataCommand(program: Command): void {
  const data = program.command("data").description("data sets on disk");
  const command = data.command("check").description(
    "say what a data set holds, and decode all of it to find what is broken",
  )
    .argument("<dir>", "a folder, an archive, or imagenet, cifar10, cifar100")
    .option("--limit <images>", "decode the first so many images of each split", integer(1))
    .addOption(jsonOption())
    .addOption(quietOption());
  declarePermissions(command, { read: ALWAYS, env: ALWAYS, ffi: ALWAYS })
    .addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/data.ts")).check));
}
