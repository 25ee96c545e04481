/** `zen phone bench`: the latency of TensorFlow Lite files, one image at a time. */
import { type Command, InvalidArgumentError, Option } from "commander";
import type { LatencyReport, MeasurementTarget, OperatorTime, Plan } from "../../mobile/phone/mod.ts";
import { InterruptSignal } from "../interrupt_signal.ts";
import { integer, positive } from "../options.ts";
import { addPhoneOptions, openOptionsOf } from "./phone.ts";
import { type MeasurementOptions, planOf, readBinary } from "../phone/plan.ts";

const EXAMPLES = `
What is measured, and how, is in docs/phones.md. A phone that is hot, throttled or nearly empty is refused.
Ctrl-C puts the phone back and reports what was measured until then; a second one ends at once.

Examples:
  zen phone bench net.tflite --binary android_aarch64_benchmark_model
  zen phone bench a.tflite b.tflite --binary benchmark_model --threads 1,4 --repeats 9 --compare-published
  zen phone bench net.tflite --host`;

function threadList(text: string): readonly number[] {
  const counts = text.split(",").map(Number);
  if (counts.every((count) => Number.isInteger(count) && count > 0)) return [...new Set(counts)];
  throw new InvalidArgumentError("It must be counts of threads, such as 1,4.");
}

/** A number of seconds, zero too. */
function seconds(text: string): number {
  return text === "0" ? 0 : positive(text);
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
      new Option("--repeats <count>", "how often each model is measured, in a process of its own").argParser(integer(1))
        .default(5),
    )
    .addOption(new Option("--runs <count>", "inferences in a process, at least").argParser(integer(1)).default(100))
    .addOption(new Option("--warmup <count>", "inferences before those, to warm up").argParser(integer(1)).default(10))
    .addOption(new Option("--min-seconds <s>", "how long a process measures, at least").argParser(positive).default(2))
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
    .option("--out <directory>", "where the report goes (default: below latency/)")
    .addHelpText("after", EXAMPLES)
    .action(bench);
}

/** LiteRT on this machine, fed with the same random image every time. */
async function openHostModel(bytes: Uint8Array) {
  const { openLiteRt, randomImages } = await import("../../mobile/mod.ts");
  const model = await openLiteRt(bytes);
  const inputs = model.inputs.map(({ shape }) => randomImages(shape, { name: "input", count: 1 })[0]!);
  return { run: async () => void await model.run(inputs), [Symbol.dispose]: () => model[Symbol.dispose]() };
}

/** One more process a model whose operators are timed: that slows it down, so it does not count. */
async function profilesOf(
  target: MeasurementTarget,
  { plan: { jobs, settings }, signal }: { readonly plan: Plan; readonly signal: AbortSignal },
): Promise<Record<string, readonly OperatorTime[]>> {
  const { diagnose, parseProfile } = await import("../../mobile/phone/mod.ts");
  const profiles: Record<string, readonly OperatorTime[]> = {};
  for (const job of jobs) {
    const run = await target.run(job, { ...settings, profile: true, signal });
    const error = diagnose(run);
    if (error) throw error;
    profiles[`${job.model.name} × ${job.threads}`] = parseProfile(run.text);
  }
  return profiles;
}

async function writeReport(report: LatencyReport, directory: string): Promise<void> {
  const { toMarkdown } = await import("../../mobile/phone/mod.ts");
  const { toSvg } = await import("../../mobile/phone/plot.ts");
  await Deno.writeTextFile(`${directory}/latency.json`, `${JSON.stringify(report, null, 2)}\n`);
  await Deno.writeTextFile(`${directory}/latency.md`, toMarkdown(report));
  await Deno.writeTextFile(`${directory}/latency.svg`, toSvg(report));
}

/** What to measure on, and what frees it. */
async function openTarget(options: MeasurementOptions, stack: AsyncDisposableStack) {
  const { HostTarget, Journal, PhoneTarget } = await import("../../mobile/phone/mod.ts");
  const { note } = await import("../terminal.ts");
  if (options.host) return { target: new HostTarget(openHostModel), binary: null };
  const binary = await readBinary(options.binary);
  const { openDevice } = await import("../../mobile/adb/mod.ts");
  const device = stack.use(await openDevice(await openOptionsOf(options)));
  const journal = stack.use(await Journal.open(device.serial));
  return { target: await PhoneTarget.open(device, { binary, journal, onProgress: note }), binary };
}

/** The folder of the report, made and tried before anything is measured: a measurement must not be in vain. */
async function reportDirectory({ out }: MeasurementOptions, createdAt: Date): Promise<string> {
  const directory = out ?? `latency/${createdAt.toISOString().replaceAll(":", "-")}`;
  await Deno.mkdir(directory, { recursive: true });
  await Deno.remove(await Deno.makeTempFile({ dir: directory }));
  return directory;
}

async function bench(paths: string[], options: MeasurementOptions): Promise<void> {
  const { MeasurementError, latencyReport, measure, toMarkdown, wallClock } = await import("../../mobile/phone/mod.ts");
  const { note, print, printJson } = await import("../terminal.ts");
  const plan = await planOf(paths, options);
  await using stack = new AsyncDisposableStack();
  const { target, binary } = await openTarget(options, stack);
  const createdAt = new Date(), { comparePublished } = options;
  const directory = await reportDirectory(options, createdAt);
  const reason = new MeasurementError("INTERRUPTED", "Cannot go on as it was interrupted");
  using interrupt = new InterruptSignal({ finishing: "putting everything back", reason });
  let profiles: Record<string, readonly OperatorTime[]> = {};
  const measurement = await measure(target, plan, {
    clock: wallClock,
    signal: interrupt.signal,
    onProgress: note,
    ...(options.profile
      ? { afterwards: async () => void (profiles = await profilesOf(target, { plan, signal: interrupt.signal })) }
      : {}),
  });
  const sources = { plan, measurement, target: target.fingerprint, binary, profiles, comparePublished, createdAt };
  const report = latencyReport(sources);
  await writeReport(report, directory);
  if (options.json) printJson(report);
  else print(toMarkdown(report));
  note(`the report is in ${directory}`);
  if (interrupt.signal.aborted) {
    const { Interrupted } = await import("../errors.ts");
    throw new Interrupted(`interrupted; what was measured is in ${directory}`);
  }
  if (measurement.failure !== undefined) throw measurement.failure;
}
