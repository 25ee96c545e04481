/** The journal of a run as a table: one row a proposal. */
import type { ScoredCandidate, Verdict } from "../../search/mod.ts";
import type { RecordedProposal } from "./database.ts";
import type { RunSession } from "./sessions.ts";
import { knownCostCounter } from "./costs.ts";
import type { RunReader } from "./reader.ts";

/** A field of a row; null where the proposal has none. */
export type JournalField = string | number | null;

/** A run as a table. */
export interface JournalTable {
  /** The names of the columns. Parts of scores are `score_` and their name. */
  readonly columns: readonly string[];
  /** The rows, read as they are asked for; each has a field for every column. */
  readonly rows: Iterable<readonly JournalField[]>;
}

/** A proposal and when it was recorded. */
export interface TimedProposal<Row = RecordedProposal> {
  /** The proposal. */
  readonly proposal: Row;
  /** Seconds of searching until it was recorded; the time between sessions does not count. */
  readonly seconds: number;
}

/** All proposals of a run with the seconds of searching until each. Throws RunStoreError. */
export function timedProposals(run: Pick<RunReader, "summary" | "proposals">): Generator<TimedProposal> {
  return timed(run.proposals(), run.summary().sessions);
}

/** Rows of a run's journal, in order and from the first on, with the seconds of searching until each. */
export function* timed<Row extends Pick<RecordedProposal, "index" | "timeMs">>(
  rows: Iterable<Row>,
  sessionsOfRun: readonly RunSession[],
): Generator<TimedProposal<Row>> {
  const sessions = sessionsOfRun.values();
  let session = sessions.next().value, next = sessions.next().value, before = 0, seconds = 0;
  for (const proposal of rows) {
    for (; next && proposal.index >= next.firstProposal; session = next, next = sessions.next().value) before = seconds;
    seconds = before + secondsIn(session, proposal);
    yield { proposal, seconds };
  }
}

/** Seconds from the beginning of a session; clocks may go backwards. */
function secondsIn(session: RunSession | undefined, { timeMs }: Pick<RecordedProposal, "timeMs">): number {
  return session ? Math.max(0, timeMs - session.startedMs) / 1000 : 0;
}

/** What a verdict rests on, in words; empty for a score. */
export function verdictDetail(verdict: Verdict): string {
  switch (verdict.verdict) {
    case "scored":
      return "";
    case "failed":
      return verdict.reason;
    case "duplicate":
      return `same as ${verdict.of}`;
    case "over-budget":
      return `${verdict.budget} ${verdict.value} > ${verdict.limit}`;
    case "screened-out":
      return `${verdict.screen} ${verdict.value} < ${verdict.bar}`;
    case "outraced":
      return `first score ${verdict.value} < ${verdict.bar}`;
  }
}

/** Names of the parts that scores of a run have, in the order in which they occur. */
function partNames(run: RunReader): readonly string[] {
  const names = new Set<string>();
  for (const proposal of run.proposals()) {
    if (proposal.verdict === "scored") { for (const name of Object.keys(proposal.parts ?? {})) names.add(name); }
  }
  return [...names];
}

/**
 * The proposals of a run as a table, in order; with `top`, the rows of so many best candidates instead, best first, with
 * the scores that they have now. Throws RunStoreError, also while rows are read.
 *
 * @example
 * ```ts
 * import { createRun, csvLine, journalTable, openRunForReading, parseConfig } from "@zennas/zennas";
 * const structure = "SuperConvK3BNRELU(3,8,1,1)", directory = `${await Deno.makeTempDir()}/run`;
 * const settings = { proxy: "params", space: "XXBL", initialStructure: structure, resolution: 32, classes: 10 };
 * {
 *   using store = createRun(directory, parseConfig(settings));
 *   store.append({ index: 0, structure, verdict: "scored", score: 7 });
 * }
 * using run = openRunForReading(directory);
 * const { columns, rows } = journalTable(run);
 * const [row] = [...rows];
 * if (row![columns.indexOf("parameters")] !== 3 * 8 * 9 + 2 * 8 + 8 * 10 + 10) throw new Error(csvLine(row!));
 * ```
 */
export function journalTable(run: RunReader, { top }: { readonly top?: number | undefined } = {}): JournalTable {
  const parts = partNames(run), count = knownCostCounter(run.summary().config);
  const columns = [
    ...["number", "verdict", "score"],
    ...parts.map((part) => `score_${part}`),
    ...["parameters", "macs", "layers", "seconds", "detail", "structure"],
  ];
  const row = ({ proposal, seconds }: TimedProposal): readonly JournalField[] => {
    const { index, verdict, structure } = proposal, own = proposal.verdict === "scored" ? proposal.parts ?? {} : {};
    const costs = count(structure);
    return [
      ...[index, verdict, proposal.verdict === "scored" ? proposal.score : null],
      ...parts.map((part) => own[part] ?? null),
      ...[costs?.parameters ?? null, costs?.macs ?? null, costs?.layers ?? null],
      ...[seconds, verdictDetail(proposal), structure],
    ];
  };
  const rows = function* () {
    for (const one of top === undefined ? timedProposals(run) : best(run, run.top(top))) yield row(one);
  };
  return { columns, rows: { [Symbol.iterator]: rows } };
}

/** The proposals that became these candidates, in the candidates' order and with their scores. */
function best(run: RunReader, candidates: readonly ScoredCandidate[]): readonly TimedProposal[] {
  const wanted = new Set(candidates.map(({ index }) => index)), found = new Map<number, TimedProposal>();
  for (const one of timedProposals(run)) if (wanted.has(one.proposal.index)) found.set(one.proposal.index, one);
  return candidates.flatMap(({ index, score }) => {
    const one = found.get(index);
    return one ? [{ ...one, proposal: { ...one.proposal, score } as RecordedProposal }] : [];
  });
}
