/** `zen runs`: searches on disk. */
import type { Command } from "commander";
import type { RunSummary } from "../../core/io/mod.ts";
import type { DeviceOptions } from "../device.ts";
import { deviceOption, jsonOption, precisionOption, workersOption } from "../options.ts";
import { limitOptions } from "./search.ts";

interface RootOptions {
  readonly root: string;
  readonly json?: boolean;
}

interface ShowOptions extends RootOptions {
  readonly journal?: boolean;
}

interface ResumeOptions extends RootOptions, DeviceOptions {
  readonly maxProposals?: number;
  readonly maxEvaluations?: number;
}

/** Adds the commands. */
export function addRunsCommand(program: Command): void {
  const runs = program.command("runs").description("searches on disk: list, show, resume");
  const subcommand = (name: string, help: string, example: string): Command =>
    runs.command(name).description(help)
      .option("--root <dir>", "the folder that runs are kept in", "runs")
      .addOption(jsonOption())
      .addHelpText("after", `\nExample:\n  ${example}`);
  subcommand("list", "list the runs of a folder", "zen runs list --root runs").action(list);
  subcommand(
    "show",
    "show a run, also while it goes on",
    "zen runs show runs/zen-cifar-params1M-seed1 --journal --json",
  )
    .argument("<run>", "a run's folder or id")
    .option("--journal", "every proposal with its verdict")
    .action(show);
  const resume = subcommand(
    "resume",
    "continue a run where it ended",
    "zen runs resume runs/mine --max-evaluations 600",
  )
    .argument("<run>", "a run's folder or id");
  for (const option of [...limitOptions(), deviceOption(), precisionOption(), workersOption()]) {
    resume.addOption(option);
  }
  resume.action(resumeRun);
}

/** What scripts learn of a run. */
function facts(summary: RunSummary): unknown {
  const { id, directory, running, proposals, evaluations, counts, best, config } = summary;
  return { run: id, directory, running, proposals, evaluations, verdicts: counts, best, config };
}

async function list({ root, json }: RootOptions): Promise<void> {
  const { listRuns } = await import("../../core/io/mod.ts");
  const { note, printJson, printTable } = await import("../terminal.ts");
  const rows: string[][] = [];
  for (const listing of listRuns(root)) {
    if ("error" in listing) {
      note(`${listing.id}: ${listing.error.message}`);
      continue;
    }
    const { summary } = listing;
    if (json) printJson(facts(summary));
    const score = summary.best?.score.toPrecision(6) ?? "–";
    rows.push([listing.id, summary.running ? "running" : "", `${summary.evaluations}`, `${summary.proposals}`, score]);
  }
  if (json) return;
  if (rows.length === 0) return note(`no runs in ${root}`);
  printTable(["run", "state", "scored", "proposals", "best"], rows);
}

async function show(name: string, { root, json, journal }: ShowOptions): Promise<void> {
  const { findRun, openRunForReading } = await import("../../core/io/mod.ts");
  const { print, printFields, printJson } = await import("../terminal.ts");
  using run = openRunForReading(findRun(name, root));
  const summary = run.summary();
  if (journal) {
    for (const proposal of run.proposals()) {
      const { index, structure, timeMs, ...verdict } = proposal;
      if (json) printJson({ index, ...verdict, structure, time_ms: timeMs });
      else print(`${index}\t${Object.values(verdict).join(" ")}\t${structure}`);
    }
    return;
  }
  if (json) return printJson({ ...facts(summary) as object, sessions: summary.sessions });
  const { best, counts, config } = summary;
  printFields([
    ["run", `${summary.directory}${summary.running ? " (running)" : ""}`],
    ["search", `${config.preset ?? "own"}, proxy ${config.proxy}, space ${config.space}, seed ${config.seed}`],
    ["proposals", summary.proposals],
    ["verdicts", Object.entries(counts).map(([verdict, count]) => `${count} ${verdict}`).join(", ")],
    ["best", best ? `${best.score.toPrecision(7)}  ${best.structure}` : "none"],
    ...summary.sessions.map(({ machine }) => ["ran on", `${machine.host}, ${machine.device}`] as const),
  ]);
}

async function resumeRun(name: string, options: ResumeOptions): Promise<void> {
  const { findRun, openRunForReading, openRunForWriting } = await import("../../core/io/mod.ts");
  const { runSession, withScorer } = await import("../search/session.ts");
  const directory = findRun(name, options.root);
  const config = ((): RunSummary["config"] => {
    using run = openRunForReading(directory);
    return run.summary().config;
  })();
  const { maxProposals, maxEvaluations } = options;
  await withScorer(config, options, async (scoring) => {
    using store = openRunForWriting(directory, { device: scoring.device, limits: { maxProposals, maxEvaluations } });
    await runSession({ store, scoring, json: options.json ?? false });
  });
}
