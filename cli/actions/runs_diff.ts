/** What `zen runs diff` does. */
import {
  compareRuns,
  type Difference,
  findRun,
  openRunForReading,
  type RunSummary,
  verdictDetail,
} from "../../core/io/mod.ts";
import { type Proposal, verdicts } from "../../core/search/mod.ts";
import type { RootOptions } from "../commands/runs.ts";
import { grouped, print, printJson, printTable, type Row } from "../terminal.ts";

/** Prints in what two runs differ. Throws RunStoreError. */
export function diff(nameA: string, nameB: string, { root, json }: RootOptions): void {
  using runA = openRunForReading(findRun(nameA, root)), runB = openRunForReading(findRun(nameB, root));
  const { a, b, config, machine, common, parting } = compareRuns(runA, runB);
  if (json) return printJson({ a: facts(a), b: facts(b), config, machine, common, first_difference: parting });
  const parts: readonly (readonly Row[])[] = [rowsOf(config, "setting"), rowsOf(machine, "ran on"), [
    ["proposals", grouped(a.proposals), grouped(b.proposals)],
    ...verdicts.filter((verdict) => a.counts[verdict] + b.counts[verdict] > 0)
      .map((verdict) => [verdict, grouped(a.counts[verdict]), grouped(b.counts[verdict])]),
    ["best score", scoreOf(a), scoreOf(b)],
    ["best proposal", `${a.best?.index ?? "–"}`, `${b.best?.index ?? "–"}`],
  ]];
  printTable(["", nameA, nameB], parts.flat());
  print("");
  if (!parting) return print(`the journals are the same: ${grouped(common)} proposals`);
  print(`the journals part at proposal ${parting.index}:`);
  print(`  ${nameA}  ${inWords(parting.a)}`);
  print(`  ${nameB}  ${inWords(parting.b)}`);
}

const facts = ({ id, directory, proposals, evaluations, counts, best }: RunSummary): object => {
  return { run: id, directory, proposals, evaluations, verdicts: counts, best };
};

const scoreOf = ({ best }: RunSummary): string => best?.score.toPrecision(7) ?? "–";

const text = (value: unknown): string => typeof value === "string" ? value : JSON.stringify(value) ?? "–";

function rowsOf(differences: readonly Difference[], what: string): readonly Row[] {
  return differences.map(({ path, a, b }) => [`${what} ${path}`, text(a), text(b)]);
}

function inWords(proposal: Proposal | null): string {
  if (!proposal) return "has ended";
  const detail = proposal.verdict === "scored" ? `${proposal.score}` : verdictDetail(proposal);
  return `${proposal.verdict} ${detail}  ${proposal.structure}`;
}
