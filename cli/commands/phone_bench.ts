/** `zen phone bench`: the latency of TensorFlow Lite files, one image at a time. */
import { type Command, InvalidArgumentError, Option } from "npm:commander@15.1.0";
import type { DelegateName } from "../../mobile/phone/mod.ts";
import { DAY_SECONDS, imported, integer, positive } from "../options.ts";
import { ALWAYS, declarePermissions } from "../permissions.ts";
import { addPhoneOptions, type PhoneOptions, phonePermissions } from "../phone/options.ts";

/** What the options of `zen phone bench` parse to. */
export interface MeasurementOptions extends PhoneOptions {
  readonly binary?: string;
  readonly host: boolean;
  readonly threads: readonly number[];
  readonly delegate: DelegateName;
  readonly repeats: number;
  readonly runs: number;
  readonly warmup: number;
  readonly minSeconds: number;
  readonly sentinel?: string;
  readonly drift: number;
  readonly settle: number;
  readonly coolDown: number;
  readonly seed: number;
  readonly force: boolean;
  readonly profile: boolean;
  readonly comparePublished: boolean;
  readonly out?: string;
}

const EXAMPLES = `
What is measured, and how, is in docs/phones.md. A phone that is hot, throttled or nearly empty is refused.
Ctrl-C puts the phone back and reports what was measured until then; a second one ends at once.

Examples:
  zen phone bench net.tflite --binary android_aarch64_benchmark_model
  zen phone bench a.tflite b.tflite --binary benchmark_model --threads 1,4 --repeats 9 --compare-published
  zen phone bench net.tflite --host`;

/** The most threads of a process; no phone has more cores. */
const MOST_THREADS = 64;

function threadList(text: string): readonly number[] {
  const counts = new Set(text.split(",").map(Number));
  if (counts.values().every((count) => Number.isInteger(count) && count > 0 && count <= MOST_THREADS)) {
    return [...counts];
  }
  throw new InvalidArgumentError(`It must be counts of threads, such as 1,4, each at most ${MOST_THREADS}.`);
}

/** A number of seconds, zero too, at most a day. */
function seconds(text: string): number {
  const value = text === "0" ? 0 : positive(text);
  if (value <= DAY_SECONDS) return value;
  throw new InvalidArgumentError(`It must be at most ${DAY_SECONDS}.`);
}

/** Adds the command. */
export function addPhoneBenchCommand(phone: Command): void {
  const command = phone.command("bench").description("measure the latency of TensorFlow Lite files")
    .argument("<files...>", ".tflite files");
  addPhoneOptions(command)
    .option("--binary <file>", "TensorFlow Lite's benchmark_model, built for the phone")
    .option("--host", "measure on this machine instead of a phone, and say so everywhere", false)
    .addOption(new Option("--threads <counts>", "threads, such as 1,4").argParser(threadList).default([1], "1"))
    .addOption(
      new Option("--delegate <name>", "what runs the operators").choices(["cpu", "gpu", "nnapi"]).default("cpu"),
    )
    .addOption(
      new Option("--repeats <count>", "how often each model is measured, in a process of its own").argParser(
        integer(1, 1000),
      )
        .default(5),
    )
    .addOption(
      new Option("--runs <count>", "inferences in a process, at least").argParser(integer(1, 1_000_000)).default(100),
    )
    .addOption(
      new Option("--warmup <count>", "inferences before those, to warm up").argParser(integer(1, 1_000_000)).default(
        10,
      ),
    )
    .addOption(new Option("--min-seconds <s>", "how long a process measures, at least").argParser(seconds).default(2))
    .option("--sentinel <file>", "the model that tells whether the phone itself changed (default: the first)")
    .addOption(
      new Option("--drift <percent>", "how far the sentinel may be off its median before its round is discarded")
        .argParser(positive).default(5),
    )
    .addOption(
      new Option("--settle <s>", "rest of a quieted phone before the first process").argParser(seconds).default(60),
    )
    .addOption(
      new Option("--cool-down <s>", "longest wait for the phone to cool between processes").argParser(seconds).default(
        600,
      ),
    )
    .addOption(new Option("--seed <number>", "seed of the random order").argParser(integer(0)).default(1))
    .option("--force", "measure on a hot, throttled or nearly empty phone all the same", false)
    .option("--profile", "also time each operator, in a process that does not count", false)
    .option("--compare-published", "show the zoo's published Pixel 2 latencies beside the measurement", false)
    .option("--out <directory>", "where the report goes (default: below latency/)");
  declarePermissions(command, { ...phonePermissions, read: ALWAYS, write: ALWAYS, sys: "with --host" })
    .addHelpText("after", EXAMPLES)
    .action(imported(async () => (await import("../actions/phone_bench.ts")).bench));
}
