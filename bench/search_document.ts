/** Prints docs/searches.md from the searches in docs/data/searches.json. */
import { summarize } from "../core/numeric/statistics.ts";
import type { Environment } from "./environment.ts";
import type { SearchKind, SearchRecord } from "./search_runs.ts";

/** Searches that are compared at equal time; the first is the one that the others are compared with. */
export const atEqualTime: readonly SearchKind[] = [
  { name: "plain", settings: {} },
  { name: "mae_det:0.5", settings: { cascade: [{ proxy: "mae_det", share: 0.5 }] } },
  { name: "mae_det:0.2", settings: { cascade: [{ proxy: "mae_det", share: 0.2 }] } },
  { name: "flops:0.2", settings: { cascade: [{ proxy: "flops", share: 0.2 }] } },
];

const SMALL = { population: 32 } as const, RACE = { race: { share: 0.125 } } as const;

/**
 * Searches that are compared at an equal number of evaluations. Both make the same proposals, unless the race drops a
 * candidate wrongly.
 */
export const atEqualEvaluations: readonly SearchKind[] = [
  { name: "plain-population32", settings: SMALL },
  { name: "race-population32", settings: { ...SMALL, ...RACE } },
];

const recordsOf = (records: readonly SearchRecord[], { name }: SearchKind): readonly SearchRecord[] =>
  records.filter((record) => record.name === name).toSorted((a, b) => a.seed - b.seed);

/** Whether two searches have the same seed and the same limits, so that they can be compared. */
export function isTwin(a: Pick<SearchRecord, "seed" | "limits">, b: Pick<SearchRecord, "seed" | "limits">): boolean {
  return a.seed === b.seed && JSON.stringify(a.limits) === JSON.stringify(b.limits);
}

function meanAndInterval(values: readonly number[], digits = 2): string {
  if (values.length === 0) return "–";
  const { mean, interval95 } = summarize(values);
  const interval = interval95 ? ` (${interval95.map((bound) => bound.toFixed(digits)).join(" … ")})` : "";
  return `${mean.toFixed(digits)}${interval}`;
}

const mean = (values: readonly number[]): number => summarize(values).mean;

const table = (rows: readonly (readonly string[])[]): string =>
  [rows[0]!, rows[0]!.map((_, column) => column === 0 ? "---" : "---:"), ...rows.slice(1)]
    .map((cells) => `| ${cells.join(" | ")} |`).join("\n");

/** The differences in the best score from the plain search of the same seed. */
function differences(own: readonly SearchRecord[], plain: readonly SearchRecord[]): number[] {
  return own.flatMap((record) => {
    const other = plain.find((twin) => isTwin(record, twin));
    return other ? [record.best - other.best] : [];
  });
}

function timeTable(records: readonly SearchRecord[]): string {
  const plain = recordsOf(records, atEqualTime[0]!);
  const header = [
    "search",
    "best at half time",
    "best",
    "more than plain, same seed",
    "scored",
    "screened out",
    "seeds",
  ];
  const rows = atEqualTime.flatMap((kind) => {
    const own = recordsOf(records, kind);
    if (own.length === 0) return [];
    return [[
      kind.name,
      mean(own.map(({ curve }) => curve[4]!)).toFixed(2),
      meanAndInterval(own.map(({ best }) => best)),
      kind.name === "plain" ? "" : meanAndInterval(differences(own, plain)),
      mean(own.map(({ counts }) => counts.scored)).toFixed(0),
      mean(own.map(({ counts }) => counts["screened-out"])).toFixed(0),
      `${own.length}`,
    ]];
  });
  return table([header, ...rows]);
}

function timeVerdict(records: readonly SearchRecord[]): string {
  const plain = recordsOf(records, atEqualTime[0]!);
  return atEqualTime.slice(1).flatMap((kind) => {
    const own = differences(recordsOf(records, kind), plain);
    if (own.length < 2) return [];
    const [low, high] = summarize(own).interval95!;
    if (low > 0) return [`\`${kind.name}\` is better than the plain search in this time.`];
    if (high < 0) return [`\`${kind.name}\` is worse than the plain search in this time.`];
    return [
      `These seeds do not show whether \`${kind.name}\` or the plain search is better: ` +
      "the interval of the difference contains 0.",
    ];
  }).join(" ");
}

function raceTable(records: readonly SearchRecord[]): string {
  const [plainKind, raceKind] = atEqualEvaluations, plain = recordsOf(records, plainKind!);
  const header = [
    "seed",
    "evaluations",
    "outraced",
    "of them wrongly",
    "CPU s, plain",
    "CPU s, race",
    "saved",
    "best, plain",
    "best, race",
  ];
  const rows = recordsOf(records, raceKind!).flatMap((race) => {
    const other = plain.find((record) => isTwin(record, race));
    if (!other) return [];
    const { counts } = race, saved = 1 - race.cpuSeconds / other.cpuSeconds;
    return [[
      `${race.seed}`,
      `${counts.scored + counts.outraced + counts.failed}`,
      `${counts.outraced}`,
      `${race.wronglyOutraced}`,
      other.cpuSeconds.toFixed(1),
      race.cpuSeconds.toFixed(1),
      `${(100 * saved).toFixed(0)} %`,
      other.best.toFixed(3),
      race.best.toFixed(3),
    ]];
  });
  return table([header, ...rows]);
}

function raceVerdict(records: readonly SearchRecord[]): string {
  const races = recordsOf(records, atEqualEvaluations[1]!),
    total = (of: (record: SearchRecord) => number) => races.reduce((sum, record) => sum + of(record), 0);
  const outraced = total(({ counts }) => counts.outraced), wrong = total((record) => record.wronglyOutraced ?? 0);
  return `${wrong} of ${outraced} candidates were dropped wrongly`;
}

/** What stands in the document before the part that is written by hand. */
export const BY_HAND = "<!-- Written by hand from here on; deno task bench:searches keeps it. -->";

/** The part of an earlier document that is written by hand, which goes behind a new one; empty where there is none. */
export function writtenByHand(document: string): string {
  const begin = document.indexOf(BY_HAND);
  return begin < 0 ? "" : `\n${document.slice(begin)}`;
}

/** The part of the document that is made of searches. */
export function searchDocument(records: readonly SearchRecord[], { cpu, cores, deno, code }: Environment): string {
  const timed = records.find(({ limits }) => "cpuSeconds" in limits)?.limits;
  const seconds = timed && "cpuSeconds" in timed ? timed.cpuSeconds : 0;
  return `# Cheaper searches

Made by \`deno task bench:searches\` from the searches in [docs/data/searches.json](data/searches.json), on ${cores} cores of ${cpu} with
Deno ${deno}, written by ${code}; not edited by hand, but for the last sections. All searches are \`zen-cifar-params1M\` with one worker and two proposals in flight.
Time is the processor's, of all threads. Intervals are 95 % of Student's t over the seeds.

## Free proxies first

\`zen search --cascade mae_det:0.2,zen\` scores only the fifth of the proposals that a free proxy ranks highest.
Zen-scores after ${seconds} seconds, population 512:

${timeTable(records)}

${timeVerdict(records)}

## Racing

\`zen search --race\` first computes a preliminary score from an eighth of the images (or of the repeats, where that is
at least one). If a candidate's whole score would, with 99 % confidence, stay below the lowest score of the population,
the rest is not computed and the candidate is dropped; its verdict is \`outraced\`. The difference between whole and
preliminary scores is estimated from the latest 64 candidates of the journal, so the same seed gives the same search
with any number of workers and after any interruption. Whole scores are the same as without a race. A race costs an
eighth more for a candidate that is not dropped, so it saves time only when most candidates are dropped: in a long
search or with a small population. Proposals are the same with and without a race until a candidate is dropped wrongly.

Population 32, equal evaluations:

${raceTable(records)}

In all, ${raceVerdict(records)}: their whole score, computed afterwards, is not below the
lowest score of the population at the time when their result entered the search. Other work on the machine changes the
processor time of single searches by a tenth and more.
`;
}
