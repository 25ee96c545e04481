/** The work of `zen score`: every chosen proxy on every structure, timed. */
import type { Backend } from "../../core/graph/backend.ts";
import type { ChosenProxy } from "../../core/io/mod.ts";
import type { AskedForm, NamedNetwork } from "../../core/networks/zoo/mod.ts";
import {
  evaluateRepeatedly,
  type Evaluation,
  type NetworkDesign,
  rankedScores,
  type RepeatedScore,
} from "../../core/scoring/mod.ts";
import { mapInOrder } from "../concurrency.ts";
import { failsCandidate } from "../../core/scoring/candidate_error.ts";
import type { Guard } from "../watch/guard.ts";

/** What one proxy says of one structure, and how long it took to say it. */
export type ProxyResult =
  & { readonly chosen: ChosenProxy; readonly seconds: number }
  & ({ readonly score: RepeatedScore } | { readonly error: Error });

/** A structure with the results of all chosen proxies, in their order. */
export interface ScoredStructure {
  readonly text: string;
  readonly results: readonly ProxyResult[];
}

/** What to score, by what, and where. */
export interface ScoreTask {
  readonly networks: readonly NamedNetwork[];
  readonly form: AskedForm;
  readonly chosen: readonly ChosenProxy[];
  readonly settings: Omit<Evaluation["settings"], "variant">;
  readonly repeats: number;
  readonly backend?: Backend;
  /** Runs a proxy on a structure. */
  readonly guard: Guard;
}

async function resultOf(design: NetworkDesign, chosen: ChosenProxy, task: ScoreTask): Promise<ProxyResult> {
  const { settings, repeats, backend, guard } = task, { label, variant } = chosen;
  const evaluation = { ...chosen, repeats, settings: { ...settings, variant }, ...(backend && { backend }) };
  const evaluate = () => evaluateRepeatedly(design, evaluation),
    what = { what: `score by ${label}`, structure: design.text };
  const from = performance.now();
  const seconds = (): number => (performance.now() - from) / 1000;
  try {
    return { chosen, score: await guard(evaluate, what), seconds: seconds() };
  } catch (error) {
    if (failsCandidate(error)) return { chosen, error, seconds: seconds() };
    throw error;
  }
}

/** Scores structures, several at once where the repeats of one do not keep the backend busy; results are in order. */
export async function* scoresInOrder(task: ScoreTask): AsyncGenerator<ScoredStructure> {
  const atOnce = Math.ceil((task.backend?.concurrency ?? 1) / task.repeats);
  yield* mapInOrder(task.networks, atOnce, async (network) => {
    const { text } = network, design = network.design(task.form);
    const results: ProxyResult[] = [];
    // One proxy at a time, so that the seconds of each are its own.
    for (const chosen of task.chosen) results.push(await resultOf(design, chosen, task));
    return { text, results };
  });
}

/** The scores of proxies that rank are made of ranks among all structures of the command. */
export function rankedAmong(rows: readonly ScoredStructure[]): ScoredStructure[] {
  const columns = (rows[0]?.results ?? []).map(({ chosen: { proxy } }, column): readonly ProxyResult[] => {
    const results = rows.map((row) => row.results[column]!);
    if (!proxy.ranking) return results;
    const scored = results.filter((result) => "score" in result);
    const scores = rankedScores(scored.map(({ score }) => score.parts), proxy.ranking);
    const next = scores.values();
    return results.map((result) => {
      if ("error" in result) return result;
      return { ...result, score: { ...result.score, mean: next.next().value!, std: null, interval95: null } };
    });
  });
  return rows.map(({ text }, row) => ({ text, results: columns.map((column) => column[row]!) }));
}
