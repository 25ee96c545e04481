/**
 * Repeatable latencies of single images, on Android phones or on this machine.
 *
 * @module
 */
export { CodedError, type CodedErrorOptions } from "../coded_error.ts";
export { diagnose, MeasurementError, type MeasurementErrorCode, measurementHints, type RawRun } from "./errors.ts";
export { bigCores, coreMask, objections } from "./fitness.ts";
export { defaultSettings, type DelegateName, delegates, type RunSettings } from "./flags.ts";
export { type BenchmarkTools, type HostModel, type OpenModel, runBenchmark } from "./host_program.ts";
export { HostTarget } from "./host_target.ts";
export { defaultJournalFolder, Journal, type JournalEntry } from "./journal.ts";
export { labelOf, toMarkdown } from "./markdown.ts";
export { type BenchmarkOutput, type Distribution, parseBenchmark } from "./parse.ts";
export { PhoneTarget, type PhoneTools, readFingerprint, readPhoneState } from "./phone_target.ts";
export { type OperatorTime, parseProfile } from "./profile.ts";
export { measure, type Measurement, type MeasurementContext, type Plan, type Sample } from "./measurement.ts";
export type { SavedSettings } from "./quiet.ts";
export {
  type FileFacts,
  type JobResult,
  type LatencyReport,
  latencyReport,
  REPORT_SCHEMA,
  type ReportSources,
} from "./report.ts";
export type { CoreState, DeviceState, PowerSource } from "./state.ts";
export {
  type Clock,
  type Fingerprint,
  type Job,
  type MeasurementTarget,
  type NamedFile,
  namedFile,
  type RunRequest,
  wallClock,
} from "./target.ts";
