/** `zen train`: trains a network, resumable to the bit. */
import { type Command, Option } from "npm:commander@15.1.0";
import { trainPresetNames } from "../../core/train/preset_names.ts";
import type { DeviceOptions } from "../device.ts";
import { addFormOptions, type FormOptions } from "../form_options.ts";
import {
  deviceOption,
  imported,
  integer,
  jsonOption,
  precisionOption,
  quietOption,
  workersOption,
} from "../options.ts";
import { ALWAYS, declarePermissions, FOR_A_GPU } from "../permissions.ts";
import { trainSettingOptions } from "../training/setting_options.ts";
import { normalizeOption } from "../weights/options.ts";

/** What the command's options parse to, beside the settings that `trainSettingsFrom` reads. */
export interface TrainOptions extends DeviceOptions, FormOptions {
  readonly data: string;
  readonly split: string;
  readonly testSplit?: string;
  readonly preset: string;
  readonly out?: string;
  readonly weights?: string;
  readonly limit?: number;
  readonly normalize?: "imagenet" | "cifar";
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const EXAMPLES = `
The network is a structure, a name of the zoo, a file with a structure, or the folder of a search, whose best it is. A
folder keeps the journal (run.sqlite), weights that PyTorch loads (last.pth, best.pth), event files for TensorBoard, and
what a resume begins from (snapshot.safetensors). Ctrl-C, a crash or a kill lose nothing but time: zen runs resume goes on
with the same losses.

Presets, in core/train/presets (a YAML file of your own may name one as its base):
${trainPresetNames.map((name) => `  ${name}`).join("\n")}

Examples:
  zen train cifar_resnet20 --data cifar10 --preset cifar-quick --out runs/resnet20
  zen train runs/zen-cifar-params1M-seed1 --data ~/data/cifar10 --preset cifar-zennas --epochs 200
  zen train zennet_cifar10_model_size05M_res32 --data cifar10 --epochs 30 --batch 128 --policy cifar10 --mixup 0.2
  zen train resnet18 --weights resnet18.pth --data flowers --preset imagenet-zennas --lr 0.01 --epochs 10
  zen export cifar_resnet20 --weights runs/resnet20/best.pth -o resnet20.tflite
  zen runs resume runs/resnet20`;

/** Adds what a training is told, with a teacher's settings or without, with a folder and weights of its own or without. */
export function addTrainingOptions(
  command: Command,
  { taught, own = true }: { readonly taught: boolean; readonly own?: boolean },
): Command {
  command
    .requiredOption("--data <dir>", "a data set, as zen data check takes it: a folder, or imagenet, cifar10, cifar100")
    .option("--split <name>", "the part of it that is trained on", "train")
    .option("--test-split <name>", "the part that is tested on (default: val, else test, where there is one)")
    .option("--preset <name|file>", "a recipe, or a YAML file of your own", "cifar-quick")
    .addOption(new Option("--limit <images>", "only the first so many images of each part").argParser(integer(1)))
    .addOption(normalizeOption());
  if (own) {
    command
      .option("--out <dir>", `the run's folder (default: runs/${taught ? "distil" : "train"}-<network>-seed<seed>)`)
      .option("--weights <file>", "begin with these: a .pt, .pth, .th or .safetensors file");
  }
  const shared = [deviceOption(), precisionOption(), workersOption(), quietOption(), jsonOption()];
  for (const option of [...trainSettingOptions({ taught }), ...shared]) command.addOption(option);
  return addFormOptions(command);
}

/** What the network's argument may be. */
export const NETWORK = "a structure, a zoo network, a file with a structure, or the folder of a search";

/** Adds the command. */
export function addTrainCommand(program: Command): void {
  const command = program.command("train").description("train a network on images").argument("<network>", NETWORK);
  declarePermissions(addTrainingOptions(command, { taught: false }), {
    ...{ read: ALWAYS, write: ALWAYS, env: FOR_A_GPU, ffi: "for images in files" },
  }).addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/train.ts")).train));
}
