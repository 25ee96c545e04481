/** What can go wrong in a measurement, and which texts of `benchmark_model` mean it. */
import { CodedError, type CodedErrorOptions } from "../coded_error.ts";

/** The codes, each with what the user can do. */
export const measurementHints = {
  BENCH_BINARY_MISSING: "download TensorFlow Lite's android_aarch64_benchmark_model; docs/phones.md says from where",
  WRONG_ABI: "take the benchmark_model that was built for the phone's processor (most: android_aarch64)",
  BENCH_FLAGS: "take a newer benchmark_model, or leave the option out",
  BENCH_MODEL_LOAD: "zen inspect tells whether the file is a sound model",
  BENCH_OP_VERSION: "take a newer benchmark_model: this one does not know an operator's version",
  BENCH_DELEGATE: "zen inspect shows which operators leave the delegate; --delegate cpu always works",
  BENCH_CRASH:
    "exit code 137 is a kill, often for want of memory, 139 a bad memory access: try another binary or model",
  BENCH_TIMEOUT: "fewer --runs, or a smaller model",
  BENCH_OUTPUT: "the report keeps what was printed; is it TensorFlow Lite's benchmark_model?",
  BENCH_TOO_FEW_RUNS: "fewer --runs: the binary stops after 150 s",
  BENCH_FAILED: "the report keeps what was printed",
  TASKSET_FAILED: "the phone does not let its shell choose cores: without that, two runs do not compare",
  THERMAL_HOT: "let it cool down; --force measures all the same, and says so",
  THROTTLED: "the phone has capped its big cores: let it cool down; --force measures all the same, and says so",
  BATTERY_LOW: "charge it to 30 % or more; --force measures all the same, and says so",
  COOLDOWN_TIMEOUT: "take it out of the sun and its case, or give it longer with --cool-down",
  STATE_UNREADABLE: "so the report cannot tell whether it changed meanwhile",
  PHONE_BUSY: "close what runs on it, and wait until its updates are done",
  DELEGATE_PARTIAL: "the times are those of the delegate and of the CPU together: zen inspect shows what leaves it",
  UNSTABLE: "close what runs on it, switch on airplane mode, and measure again",
  PHONE_IN_USE: "wait until the other zen phone bench has ended",
  RESTORE_FAILED: "zen phone doctor tries again once the phone answers, or run the commands that are named",
  INTERRUPTED: "the report keeps what was measured",
} as const;

/** One of {@link measurementHints}. */
export type MeasurementErrorCode = keyof typeof measurementHints;

/** A measurement cannot be made, or cannot be trusted. */
export class MeasurementError extends CodedError<MeasurementErrorCode> {
  static {
    this.prototype.name = "MeasurementError";
  }

  /** An error with this code and its whole message. */
  constructor(code: MeasurementErrorCode, message: string, options?: CodedErrorOptions) {
    super({ code, hints: measurementHints }, message, options);
  }
}

/** Something that does not stop a measurement, as a line of its report. */
export function caution(code: MeasurementErrorCode, what: string): string {
  return `${code}: ${what}; ${measurementHints[code]}`;
}

/** What benchmark_model, taskset and the phone's shell print, and which code it means; the first match counts. */
const meanings: readonly (readonly [printed: RegExp, code: MeasurementErrorCode])[] = [
  [/Unconsumed cmdline flags:.*/, "BENCH_FLAGS"],
  [/taskset: .*(failed|bad|invalid|not permitted).*/i, "TASKSET_FAILED"],
  [/.*(Exec format error|not executable: (32|64)-bit|has unexpected e_machine).*/i, "WRONG_ABI"],
  [/Didn't find op for builtin opcode.*/, "BENCH_OP_VERSION"],
  [
    /(Failed to apply .* delegate|Disallowed CPU fallback detected|model graph will not be executed).*/,
    "BENCH_DELEGATE",
  ],
  [/(Failed to load model|Failed to initialize the interpreter|Failed to allocate tensors).*/, "BENCH_MODEL_LOAD"],
];

/** What a run of the binary left behind. */
export interface RawRun {
  /** The exit code. */
  readonly exitCode: number;
  /** All that it printed, its error output last. */
  readonly text: string;
}

/** Exit codes of processes that a signal ended: abort, kill, segmentation fault, bus error. */
const SIGNALLED: ReadonlySet<number> = new Set([134, 135, 137, 139]);

/** The error that a run ended with, if it did. */
export function diagnose({ exitCode, text }: RawRun): MeasurementError | undefined {
  for (const [printed, code] of meanings) {
    const line = printed.exec(text)?.[0].trim();
    if (line) {
      return new MeasurementError(code, `Cannot measure as benchmark_model says: ${line}`, {
        data: { exitCode, text },
      });
    }
  }
  if (exitCode === 0) return undefined;
  if (SIGNALLED.has(exitCode)) {
    return new MeasurementError("BENCH_CRASH", `Cannot measure as benchmark_model crashed: got exit code ${exitCode}`, {
      data: { exitCode, text },
    });
  }
  const last = text.trim().split("\n").at(-1) ?? "";
  return new MeasurementError("BENCH_FAILED", `Cannot measure as benchmark_model exited with ${exitCode}: ${last}`, {
    data: { exitCode, text },
  });
}
