/** What `zen score` does. */
import type { Backend } from "../../core/graph/backend.ts";
import { chooseProxies, type ChosenProxy } from "../../core/io/mod.ts";
import { ProxyError, type RepeatedScore, variantOf, type WeightScale } from "../../core/scoring/mod.ts";
import type { ScoreOptions } from "../commands/score.ts";
import { describeDevice, openDevice } from "../device.ts";
import { UsageError } from "../errors.ts";
import { formOf } from "../form_options.ts";
import { type ProxyResult, rankedAmong, type ScoredStructure, scoresInOrder, type ScoreTask } from "../score/work.ts";
import { collectNetworks } from "../structures.ts";
import { ProgressLine, WorkPace } from "../progress.ts";
import { print, printJson } from "../terminal.ts";
import { guard, watchModules } from "../watch/guard.ts";

/** The proxies that the options name. */
async function chosenProxies({ proxy, variant }: ScoreOptions): Promise<readonly ChosenProxy[]> {
  const chosen = await chooseProxies(proxy);
  if (chosen.length === 0) throw new UsageError("Cannot score without a proxy: --proxy names none");
  if (variant === undefined) return chosen;
  if (chosen.length > 1) throw new UsageError("Cannot choose one variant of several proxies: name them as zen:paper");
  return chosen.map((one) => ({ ...one, variant: variantOf(one.proxy, variant) }));
}

/** Everything that scores depend on but the structures and the device. */
function settingsOf(options: ScoreOptions): Pick<ScoreTask, "form" | "settings" | "repeats"> {
  const { batch, gamma, favouredSize, seed, fill, labels, reslink, repeats } = options;
  const weights: WeightScale = fill === "reference" && reslink ? "scaled" : "unit";
  const settings = { batch, gamma, favouredSize, seed, fill, labels, weights };
  return { form: formOf(options, reslink), repeats, settings };
}

function scoreLine(text: string, { mean, interval95 }: RepeatedScore): string {
  const spread = interval95 ? `  (95 %: ${interval95.map((bound) => bound.toPrecision(6)).join(" … ")})` : "";
  return `${mean.toPrecision(7)}${spread}  ${text}`;
}

const scoreOrError = (result: ProxyResult): number | { readonly error: string } => {
  if ("error" in result) return { error: result.error.message };
  const { mean } = result.score;
  return Number.isFinite(mean) ? mean : { error: `the score is not finite: got ${mean}` };
};

/** A structure's scores by several proxies, under the names that scripts rely on. */
function manyFacts({ text, results }: ScoredStructure): Record<string, unknown> {
  const byKey = <T>(of: (result: ProxyResult) => T) => Object.fromEntries(results.map((r) => [r.chosen.key, of(r)]));
  const parts = results.flatMap((result) => {
    const own = "score" in result ? result.score.parts : {};
    return Object.keys(own).length > 0 ? [[result.chosen.key, own] as const] : [];
  });
  return {
    structure: text,
    scores: byKey(scoreOrError),
    parts: Object.fromEntries(parts),
    seconds: byKey(({ seconds }) => seconds),
  };
}

function manyLines({ text, results }: ScoredStructure): string {
  const lines = results.map((result) => {
    const score = scoreOrError(result);
    return `  ${result.chosen.key.padEnd(16)} ${typeof score === "number" ? score.toPrecision(7) : score.error}`;
  });
  return [text, ...lines].join("\n");
}

/** Prints one structure: the form of a single proxy, which fails where that fails, or that of several. */
function printRow(row: ScoredStructure, { repeats, json, device }: Printing): void {
  const [only, ...others] = row.results;
  if (others.length > 0) return json ? printJson({ ...manyFacts(row), repeats, device }) : print(manyLines(row));
  if ("error" in only!) throw only.error;
  const { chosen: { proxy, variant, label }, score, seconds } = only!, { mean, std, interval95 } = score;
  if (!Number.isFinite(mean)) {
    throw new ProxyError(`the score is not finite: got ${mean}`, { proxy: label, structure: row.text });
  }
  if (!json) return print(scoreLine(row.text, score));
  const result = { structure: row.text, proxy: proxy.name, variant, score: mean, std, interval95, repeats, seconds };
  printJson({ ...result, device });
}

/** How rows are printed. */
interface Printing {
  readonly repeats: number;
  readonly json: boolean;
  readonly quiet?: boolean | undefined;
  readonly device: string;
}

async function printScores(task: ScoreTask, printing: Printing): Promise<void> {
  const waits = task.chosen.some(({ proxy }) => proxy.ranking), waiting: ScoredStructure[] = [];
  const pace = new WorkPace(task.networks.length, "structures scored");
  using line = new ProgressLine({ hidden: printing.json || printing.quiet });
  for await (const row of scoresInOrder(task)) {
    if (waits) waiting.push(row);
    else printRow(row, printing);
    pace.count();
    line.update(() => pace.progress());
  }
  for (const row of rankedAmong(waiting)) printRow(row, printing);
}

/** What to score, and how many seconds a proxy may take for a structure. */
type AskedScores = Omit<ScoreTask, "guard"> & { readonly timeout: number };

/** What the command line asks for. Throws UsageError, UnknownProxyError, StructureSyntaxError. */
export async function taskOf(texts: readonly string[], options: ScoreOptions): Promise<AskedScores> {
  const chosen = await chosenProxies(options);
  const { timeout } = options;
  return { networks: await collectNetworks(texts, options), chosen, timeout, ...settingsOf(options) };
}

/** Scores the structures and prints a line each. Throws what {@link taskOf} throws, and the error of a single proxy. */
export async function score(texts: string[], options: ScoreOptions): Promise<void> {
  const asked = await taskOf(texts, options), { timeout } = asked;
  using watch = await watchModules(options, asked.chosen);
  const task = { ...asked, guard: guard({ timeout, watch }) };
  const printing = { repeats: options.repeats, json: options.json ?? false, quiet: options.quiet };
  if (!task.chosen.some(({ proxy }) => proxy.needsBackend)) {
    return await printScores(task, { ...printing, device: "none" });
  }
  await using backend: Backend = await openDevice(options);
  await printScores({ ...task, backend }, { ...printing, device: describeDevice(backend) });
}
