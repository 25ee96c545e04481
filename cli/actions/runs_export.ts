/** What `zen runs export` and `zen runs report` do. */
import { findRun, replaceFile, runId } from "../../core/io/mod.ts";
import { reportPage } from "../../serve/page/document.ts";
import { readableView } from "../../serve/views/run_view.ts";
import type { ExportOptions, ReportOptions } from "../commands/runs.ts";
import { UsageError } from "../errors.ts";
import { note, printJson } from "../terminal.ts";
import { show } from "./runs.ts";

/** Prints a run's proposals or steps. Throws RunStoreError, UsageError. */
export async function exportRun(name: string, { root, csv, json }: ExportOptions): Promise<void> {
  if (!csv && !json) throw new UsageError("Cannot export a run as no form is named: got neither --csv nor --json");
  await show(name, csv ? { root, csv } : { root, json: true, journal: true });
}

/** Writes a run as one HTML file. Throws RunStoreError, ConfigError, FileError. */
export async function report(name: string, { root, output, json }: ReportOptions): Promise<void> {
  const directory = findRun(name, root), view = readableView(directory);
  replaceFile(output, await reportPage(view));
  if (json) return printJson({ run: runId(directory), report: output });
  note(`wrote ${output}`);
}
