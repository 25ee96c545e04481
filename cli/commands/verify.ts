/** `zen verify`: whether an exported file computes what its network does. */
import { type Command, Option } from "commander";
import type { DeviceOptions } from "../device.ts";
import { deviceOption, imported, integer, jsonOption, workersOption } from "../options.ts";
import { settingOption } from "../setting_options.ts";
import { ALWAYS, declarePermissions, FOR_A_GPU } from "../permissions.ts";

/** What the command's options parse to. */
export interface VerifyOptions extends DeviceOptions {
  readonly images: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Logits are compared, those before the softmax of a file that ends in one. SQNR is the signal to quantisation noise ratio.
Exits with 1 where the file is further from its network than its precision explains.

Example:
  zen export zennet_cifar10_model_size1M_res32 --precision f16 -o net.tflite && zen verify net.tflite`;

/** Adds the command. */
export function addVerifyCommand(program: Command): void {
  const command = program.command("verify").description(
    "compare an exported TensorFlow Lite file with our own forward pass",
  )
    .argument("<file>", "a .tflite file that zen export wrote")
    .addOption(
      new Option("--images <count>", "how many random images to compare on").argParser(integer(1, 1024)).default(8),
    )
    .addOption(settingOption("modules"))
    .addOption(deviceOption())
    .addOption(workersOption())
    .addOption(jsonOption());
  declarePermissions(command, { read: ALWAYS, env: FOR_A_GPU })
    .addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/verify.ts")).verify));
}
