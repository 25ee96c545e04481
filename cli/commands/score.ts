/** `zen score`: structures ranked by nothing but random weights. */
import { type Command, Option } from "npm:commander@15.1.0";
import type { Fill } from "../../core/networks/parameters.ts";
import type { FavouredSize, LabelRule } from "../../core/scoring/mod.ts";
import { settings } from "../../core/search/settings.ts";
import type { DeviceOptions } from "../device.ts";
import { addFormOptions, type FormOptions } from "../form_options.ts";
import {
  addStructureArguments,
  deviceOption,
  fillOption,
  imported,
  jsonOption,
  precisionOption,
  quietOption,
  workersOption,
} from "../options.ts";
import { settingOption } from "../setting_options.ts";
import { ALWAYS, declarePermissions, FOR_A_GPU } from "../permissions.ts";

/** What the command's options parse to. */
export interface ScoreOptions extends FormOptions, DeviceOptions {
  readonly file?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly proxy: string;
  readonly module?: readonly string[];
  readonly variant?: string;
  readonly batch: number;
  readonly gamma: number;
  readonly favouredSize?: FavouredSize;
  readonly repeats: number;
  readonly seed: number;
  readonly timeout: number;
  readonly fill: Fill;
  readonly labels: LabelRule;
  readonly reslink: boolean;
}

const EXAMPLES = `
Scores are taken without residual links, as the search takes them, unless --reslink is given.
A list of proxies (zen,naswot,zen:paper or all) prints one line a structure with every score and its time. Scores of
proxies that rank (te_nas_rank, az_nas) are made of ranks among the structures of the command. A proxy of your own is a
module that exports it as proxy: see examples/custom_proxy.ts.

Examples:
  zen score zennet_cifar10_model_size1M_res32 --repeats 8
  zen score 'SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)' --proxy zen --variant paper --json
  zen score --file candidates.txt --proxy params --json
  zen score zennet_cifar10_model_size1M_res32 --proxy zen,naswot,params --batch 16 --json
  zen score --file candidates.txt --proxy ./my_proxy.ts`;

/** Adds the command. */
export function addScoreCommand(program: Command): void {
  const command = program.command("score").description("score structures by a zero-shot proxy");
  addFormOptions(addStructureArguments(command))
    .option("--proxy <names>", "what to score by: a name, names with commas, all, or a module of your own", "zen")
    .addOption(settingOption("variant"))
    .addOption(settingOption("batch").default(settings.batch.default))
    .addOption(settingOption("gamma").default(settings.gamma.default))
    .addOption(settingOption("favouredSize"))
    .addOption(settingOption("repeats").default(settings.repeats.default))
    .addOption(settingOption("seed").default(settings.seed.default))
    .addOption(settingOption("timeout").default(settings.timeout.default))
    .addOption(fillOption())
    .addOption(
      new Option("--labels <rule>", "classes of labelled batches: random, or the image's number modulo the classes")
        .choices(["random", "modulo"]).default("random"),
    )
    .option("--reslink", "with residual links", false)
    .addOption(settingOption("modules"))
    .addOption(deviceOption())
    .addOption(precisionOption())
    .addOption(workersOption())
    .addOption(quietOption())
    .addOption(jsonOption());
  declarePermissions(command, { read: ALWAYS, env: FOR_A_GPU })
    .addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/score.ts")).score));
}
