/** What `zen phone bench` does. */
import { replaceFile } from "../../core/io/mod.ts";
import { openDevice } from "../../mobile/adb/mod.ts";
import { openLiteRt, randomImages } from "../../mobile/mod.ts";
import {
  diagnose,
  HostTarget,
  Journal,
  type LatencyReport,
  latencyReport,
  measure,
  MeasurementError,
  type MeasurementTarget,
  type OperatorTime,
  parseProfile,
  PhoneTarget,
  type Plan,
  toMarkdown,
  wallClock,
} from "../../mobile/phone/mod.ts";
import { toSvg } from "../../mobile/phone/plot.ts";
import type { MeasurementOptions } from "../commands/phone_bench.ts";
import { Interrupted, UsageError } from "../errors.ts";
import { InterruptSignal } from "../interrupt_signal.ts";
import { openOptionsOf } from "../phone/options.ts";
import { planOf, readBinary } from "../phone/plan.ts";
import { note, print, printJson } from "../terminal.ts";

/** LiteRT on this machine, fed with the same random image every time. */
async function openHostModel(bytes: Uint8Array) {
  const model = await openLiteRt(bytes);
  const inputs = model.inputs.map(({ shape }) => randomImages(shape, { name: "input", count: 1 })[0]!);
  return { run: async () => void await model.run(inputs), [Symbol.dispose]: () => model[Symbol.dispose]() };
}

/** One more process a model whose operators are timed: that slows it down, so it does not count. */
async function profilesOf(
  target: MeasurementTarget,
  { plan: { jobs, settings }, signal }: { readonly plan: Plan; readonly signal: AbortSignal },
): Promise<Record<string, readonly OperatorTime[]>> {
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
  replaceFile(`${directory}/latency.json`, `${JSON.stringify(report, null, 2)}\n`);
  replaceFile(`${directory}/latency.md`, toMarkdown(report));
  replaceFile(`${directory}/latency.svg`, await toSvg(report));
}

/** What to measure on, and what frees it. */
async function openTarget(options: MeasurementOptions, stack: AsyncDisposableStack) {
  if (options.host) return { target: new HostTarget(openHostModel), binary: null };
  const binary = await readBinary(options.binary);
  const device = stack.use(await openDevice(openOptionsOf(options)));
  const journal = stack.use(await Journal.open(device.serial));
  return { target: await PhoneTarget.open(device, { binary, journal, onProgress: note }), binary };
}

/** The folder of the report, made and tried before anything is measured: a measurement must not be in vain. */
async function reportDirectory({ out }: MeasurementOptions, createdAt: Date): Promise<string> {
  const directory = out ?? `latency/${createdAt.toISOString().replaceAll(":", "-")}`;
  await Deno.mkdir(directory, { recursive: true });
  if (await Deno.stat(`${directory}/latency.json`).catch(() => undefined)) {
    throw new UsageError(`Cannot write the report to ${directory} as it holds one: give another --out`);
  }
  await Deno.remove(await Deno.makeTempFile({ dir: directory }));
  return directory;
}

/** Measures the files, writes the report and prints it. Throws UsageError, MobileError, AdbError, MeasurementError, Interrupted. */
export async function bench(paths: string[], options: MeasurementOptions): Promise<void> {
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
    throw new Interrupted(`interrupted; what was measured is in ${directory}`);
  }
  if (measurement.failure !== undefined) throw measurement.failure;
}
