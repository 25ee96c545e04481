/** `zen distil`: trains a network that learns from a trained one. */
import { type Command, Option } from "npm:commander@15.1.0";
import { imported } from "../options.ts";
import { ALWAYS, declarePermissions, FOR_A_GPU } from "../permissions.ts";
import { addTrainingOptions, NETWORK, type TrainOptions } from "./train.ts";

/** What the command's options parse to, beside the settings that `trainSettingsFrom` reads. */
export interface DistilOptions extends TrainOptions {
  readonly teacher: string;
  readonly teacherWeights?: string;
  readonly teacherPretrained?: boolean;
  readonly checkpoints?: string;
}

const EXAMPLES = `
The loss is cross-entropy with the labels + feature weight × smooth L1 between the maps of student and teacher + logit weight
× cross-entropy with the teacher's probabilities. Maps are compared at each down-sample ratio of at least --feature-ratio that
both networks have; networks for CIFAR have none of 16, so give 4 or less there. The teacher does not change, and the weights
that are kept are the student's alone. Everything else is as in zen train, and so is what zen runs resume does.

Examples:
  zen distil zennet_cifar10_model_size05M_res32 --teacher cifar_resnet56 --teacher-weights resnet56.th --data cifar10
      --feature-ratio 4
  zen distil runs/zen-imagenet-flops400M-seed1 --teacher efficientnet_b3 --teacher-weights b3.pth --teacher-resolution 320
      --data imagenet --preset imagenet-zennas
  zen distil 'SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,2,8,1)' --teacher zennet_cifar10_model_size1M_res32
      --teacher-pretrained --data cifar10 --feature-weight 0`;

/** Adds the command. */
export function addDistilCommand(program: Command): void {
  const command = program.command("distil")
    .description("train a network on images and on what a trained one says of them")
    .argument("<student>", NETWORK)
    .requiredOption("--teacher <network>", "who teaches: a zoo network, a structure, or what else a student may be")
    .addOption(
      new Option("--teacher-weights <file>", "its weights: a .pt, .pth, .th or .safetensors file")
        .conflicts("teacherPretrained"),
    )
    .option("--teacher-pretrained", "its published weights, of a network of Zen-NAS's, fetched once")
    .option("--checkpoints <where>", "with --teacher-pretrained: a folder that holds them, or a mirror's URL");
  declarePermissions(addTrainingOptions(command, { taught: true }), {
    ...{ read: ALWAYS, write: ALWAYS, env: FOR_A_GPU, ffi: "for images in files", net: "with --teacher-pretrained" },
  }).addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/distil.ts")).distil));
}
