/** `zen score`: structures ranked by nothing but random weights. */
import { type Command, Option } from "commander";
import type { Backend } from "../core/backend.ts";
import type { Evaluation, Fill, LabelRule } from "../core/proxies/mod.ts";
import type { NetworkForm } from "../core/masternet/mod.ts";
import type { Summary } from "../core/statistics.ts";
import type { DeviceOptions } from "./device.ts";
import {
  addFormOptions,
  addStructureArguments,
  deviceOption,
  formOf,
  type FormOptions,
  integer,
  jsonOption,
  positive,
  workersOption,
} from "./options.ts";
import type { NamedStructure } from "./structures.ts";

interface ScoreOptions extends FormOptions, DeviceOptions {
  readonly file?: string;
  readonly json?: boolean;
  readonly proxy: string;
  readonly variant?: string;
  readonly batch: number;
  readonly gamma: number;
  readonly repeats: number;
  readonly seed: number;
  readonly fill: Fill;
  readonly labels: LabelRule;
  readonly reslink: boolean;
}

const EXAMPLES = `
Scores are taken without residual links, as the search takes them, unless --reslink is given.

Examples:
  zen score zennet_cifar10_model_size1M_res32 --repeats 8
  zen score 'SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)' --proxy zen --variant paper --json
  zen score --file candidates.txt --proxy params --json`;

/** Adds the command. */
export function addScoreCommand(program: Command): void {
  const command = program.command("score").description("score structures by a zero-shot proxy");
  addFormOptions(addStructureArguments(command))
    .option("--proxy <name>", "what to score by: zen, flops, params, layers, random", "zen")
    .option("--variant <name>", "the proxy's formula (zen: reference or paper)")
    .addOption(new Option("--batch <images>", "images a batch").argParser(integer(1)).default(64))
    .addOption(new Option("--gamma <size>", "size of the input's perturbation").argParser(positive).default(0.01))
    .addOption(new Option("--repeats <count>", "independent draws to average").argParser(integer(1)).default(1))
    .addOption(new Option("--seed <number>", "seed of all draws").argParser(integer(0)).default(1))
    .addOption(
      new Option("--fill <rule>", "weights and inputs: gaussian draws, or the published filling rule")
        .choices(["gaussian", "reference"]).default("gaussian"),
    )
    .addOption(
      new Option("--labels <rule>", "classes of labelled batches: random, or the image's number modulo the classes")
        .choices(["random", "modulo"]).default("random"),
    )
    .option("--reslink", "with residual links", false)
    .addOption(deviceOption())
    .addOption(workersOption())
    .addOption(jsonOption())
    .addHelpText("after", EXAMPLES)
    .action(score);
}

async function evaluationOf(options: ScoreOptions): Promise<Evaluation> {
  const { proxyNamed, variantOf } = await import("../core/proxies/mod.ts");
  const proxy = proxyNamed(options.proxy);
  const { batch, gamma, seed, fill, repeats } = options;
  const variant = variantOf(proxy, options.variant);
  const weights = fill === "reference" && options.reslink ? "scaled" : "unit";
  return { proxy, repeats, settings: { batch, gamma, seed, fill, weights, labels: options.labels, variant } };
}

/** A structure's score and how long it took. */
interface Scored {
  readonly text: string;
  readonly summary: Summary;
  readonly seconds: number;
}

/** Scores structures, several at once where the repeats of one do not keep the backend busy; results are in order. */
async function* scoresInOrder(
  structures: readonly NamedStructure[],
  { evaluation, form }: { readonly evaluation: Evaluation; readonly form: NetworkForm },
): AsyncGenerator<Scored> {
  const { evaluateRepeatedly, structureDesign } = await import("../core/proxies/mod.ts");
  const { mapInOrder } = await import("./concurrency.ts");
  const atOnce = Math.max(1, Math.ceil((evaluation.backend?.concurrency ?? 1) / evaluation.repeats));
  yield* mapInOrder(structures, atOnce, async ({ structure, text }) => {
    const from = performance.now();
    const summary = await evaluateRepeatedly(structureDesign(structure, form), evaluation);
    return { text, summary, seconds: (performance.now() - from) / 1000 };
  });
}

function scoreLine({ text, summary: { mean, interval95 } }: Scored): string {
  const spread = interval95 ? `  (95 %: ${interval95.map((bound) => bound.toPrecision(6)).join(" … ")})` : "";
  return `${mean.toPrecision(7)}${spread}  ${text}`;
}

async function printScores(
  structures: readonly NamedStructure[],
  evaluation: Evaluation,
  { json, device, form }: { readonly json: boolean; readonly device: string; readonly form: NetworkForm },
): Promise<void> {
  const { duration, print, printJson, StatusLine } = await import("./terminal.ts");
  const { proxy, settings, repeats } = evaluation;
  const started = performance.now();
  let done = 0;
  using status = new StatusLine();
  for await (const scored of scoresInOrder(structures, { evaluation, form })) {
    const { text, summary: { mean, std, interval95 }, seconds } = scored;
    const { name } = proxy, { variant } = settings;
    status.clear();
    if (json) {
      printJson({ structure: text, proxy: name, variant, score: mean, std, interval95, repeats, seconds, device });
    } else print(scoreLine(scored));
    const secondsLeft = (performance.now() - started) / 1000 / ++done * (structures.length - done);
    status.update(() => `scored ${done}/${structures.length}, ${duration(secondsLeft)} left`);
  }
}

async function score(texts: string[], options: ScoreOptions): Promise<void> {
  const evaluation = await evaluationOf(options);
  const { collectStructures } = await import("./structures.ts");
  const structures = await collectStructures(texts, options);
  const json = options.json ?? false, form = formOf(options, options.reslink);
  if (!evaluation.proxy.needsBackend) return printScores(structures, evaluation, { json, form, device: "none" });
  const { describeDevice, openDevice } = await import("./device.ts");
  await using backend: Backend = await openDevice(options);
  await printScores(structures, { ...evaluation, backend }, { json, form, device: describeDevice(backend) });
}
