/** Chooses the finalists of a run once, and keeps them: a search that goes on does not change who is trained. */
import { isDeepStrictEqual } from "node:util";
import { readText, replaceFile } from "../../core/io/mod.ts";
import { parseStructure } from "../../core/networks/masternet/mod.ts";
import { failsCandidate } from "../../core/scoring/mod.ts";
import { chooseFinalists, type Finalist, type FinalistCounts, type FinalistField } from "../../core/search/mod.ts";
import type { FinalistsOptions } from "../commands/finalists.ts";
import { UsageError } from "../errors.ts";
import { type SearchScoring, withScorer } from "../search/scoring.ts";

interface Kept {
  readonly counts: FinalistCounts;
  readonly finalists: readonly Finalist[];
}

/** A candidate with a score, where the search's proxy gives it one that compares. */
async function withScore(finalist: Finalist, index: number, { scorer, proxy }: SearchScoring): Promise<Finalist> {
  if (finalist.score !== null || proxy.ranking) return finalist;
  const { structure } = finalist;
  try {
    const result = await scorer(parseStructure(structure), { index, structure });
    if (typeof result === "number") return { ...finalist, score: result };
    return { ...finalist, score: "score" in result ? result.score : null };
  } catch (error) {
    if (failsCandidate(error)) return finalist;
    throw error;
  }
}

/** What an earlier call chose; undefined for none. Throws UsageError where it was asked for others. */
async function keptIn(path: string, counts: FinalistCounts): Promise<Kept["finalists"] | undefined> {
  const info = await Deno.stat(path).catch(() => undefined);
  if (!info) return undefined;
  const kept = JSON.parse(await readText(path, "table")) as Kept;
  if (isDeepStrictEqual(kept.counts, { ...counts })) return kept.finalists;
  throw new UsageError(
    `Cannot choose other finalists as ${path} keeps those of ${JSON.stringify(kept.counts)}: ` +
      `got ${JSON.stringify(counts)}`,
  );
}

/** The finalists of a run, all with scores where there can be any. A dry run keeps nothing. Throws UsageError, RangeError. */
export async function finalistsOf(
  directory: string,
  field: Omit<FinalistField, "space">,
  options: FinalistsOptions,
): Promise<readonly Finalist[]> {
  const { top, random, largest, seed = 1, dryRun } = options, counts = { top, random, largest, seed };
  const path = `${directory}/finalists/finalists.json`, kept = await keptIn(path, counts);
  if (kept) return kept;
  let finalists: readonly Finalist[] = [];
  await withScorer({ ...field.config, race: undefined }, options, async (scoring) => {
    const chosen = chooseFinalists({ ...field, space: scoring.space }, counts);
    finalists = dryRun ? chosen : await Promise.all(chosen.map((one, index) => withScore(one, index, scoring)));
  });
  if (dryRun) return finalists;
  await Deno.mkdir(`${directory}/finalists`, { recursive: true });
  replaceFile(path, `${JSON.stringify({ counts, finalists }, null, 1)}\n`);
  return finalists;
}
