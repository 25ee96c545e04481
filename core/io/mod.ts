/** The outside world: run stores, presets, spaces from files, and searches that keep their results. */
export * from "./benchmark_files.ts";
export { parseCsv } from "./csv.ts";
export { type Machine, thisMachine } from "./machine.ts";
export * from "./presets.ts";
export * from "./proxies.ts";
export * from "./report.ts";
export { type RecordedProposal, type RunSession } from "./run_database.ts";
export { type ContinueOptions, createRun, holdsRun, type OpenOptions, openRunForWriting } from "./run_opening.ts";
export * from "./run_reader.ts";
export { type HeldRun, RunStore } from "./run_store.ts";
export { RunStoreError } from "./run_store_error.ts";
export * from "./score_table.ts";
export * from "./search_run.ts";
export { isSpaceFile, loadSpace } from "./spaces.ts";
