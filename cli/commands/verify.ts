/** `zen verify`: whether an exported file computes what its network does. */
import { type Command, Option } from "npm:commander@15.1.0";
import type { NormalizationName } from "../../core/images/mod.ts";
import type { DeviceOptions } from "../device.ts";
import { deviceOption, imported, integer, jsonOption, quietOption, workersOption } from "../options.ts";
import { ALWAYS, declarePermissions, FOR_A_GPU, forWeights } from "../permissions.ts";
import { settingOption } from "../setting_options.ts";
import { addWeightsOptions, normalizeOption, type WeightsOptions } from "../weights/options.ts";

/** What the command's options parse to. */
export interface VerifyOptions extends DeviceOptions, WeightsOptions {
  readonly images: number;
  readonly data?: string;
  readonly normalize?: NormalizationName;
  readonly layers: boolean;
  readonly quiet?: boolean;
  readonly json?: boolean;
}

const EXAMPLES = `
Each tensor is compared with what the network makes of the file's tensors before it, and the logits with those of the network
rounded likewise; before the softmax of a file that ends in one. SQNR is the signal to quantisation noise ratio. Exits with 1
where the file is further from its network than its precision explains. A file with trained weights is
compared with the network that has them: give the same file, which is known by the SHA-256 in the file.
--layers takes one layer at a time as the file has it, in a network that is exact otherwise; its cost is what that does to
the logits. Layers that cost most are those to keep in float32: zen export --keep f32.

Examples:
  zen export zennet_cifar10_model_size1M_res32 --precision f16 -o net.tflite && zen verify net.tflite
  zen verify trained.tflite --weights resnet20.th --data cifar10 --layers`;

/** Adds the command. */
export function addVerifyCommand(program: Command): void {
  const command = program.command("verify")
    .description("compare an exported TensorFlow Lite file with our own forward pass");
  addWeightsOptions(command)
    .argument("<file>", "a .tflite file that zen export wrote")
    .addOption(new Option("--images <count>", "how many images to compare on").argParser(integer(1, 1024)).default(8))
    .option("--data <dir>", "compare on images of a data set, as zen eval takes it (default: on noise)")
    .addOption(normalizeOption())
    .option("--layers", "also what each layer loses by how its numbers are stored, the costliest first", false)
    .addOption(settingOption("modules"))
    .addOption(deviceOption())
    .addOption(workersOption())
    .addOption(quietOption())
    .addOption(jsonOption());
  declarePermissions(command, {
    ...forWeights,
    read: ALWAYS,
    env: `${FOR_A_GPU}, or --pretrained`,
    ffi: "with --data",
  })
    .addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/verify.ts")).verify));
}
