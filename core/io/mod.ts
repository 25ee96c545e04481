/** The outside world: run stores, presets, spaces from files, and searches that keep their results. */
export * from "./tables/benchmarks.ts";
export { type CsvRow, parseCsv } from "./tables/csv.ts";
export { loadModules, moduleHashes, modulesOf } from "./modules.ts";
export * from "./presets.ts";
export { type ProcessDescription, thisProcess } from "./process.ts";
export * from "./proxies.ts";
export * from "./runs/report.ts";
export { type RecordedProposal, type RunSession } from "./runs/database.ts";
export { type ContinueOptions, createRun, holdsRun, type OpenOptions, openRunForWriting } from "./runs/opening.ts";
export * from "./runs/reader.ts";
export { type HeldRun, RunStore } from "./runs/store.ts";
export { RunStoreError } from "./runs/error.ts";
export * from "./tables/scores.ts";
export * from "./runs/search.ts";
export { isSpaceFile, loadSpace } from "./spaces.ts";
export { type Refusal, UntrustedModuleError } from "./trust/error.ts";
export * from "./trust/store.ts";
export * from "./trust/subjects.ts";
