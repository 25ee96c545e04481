import assert from "node:assert/strict";
import { publishedPixel2Ms } from "../../../mobile/phone/report.ts";
import {
  type Job,
  latencyReport,
  measure,
  type Measurement,
  MeasurementError,
  type MeasurementTarget,
  namedFile,
  type Plan,
  toMarkdown,
} from "../../../mobile/phone/mod.ts";
import { toSvg } from "../../../mobile/phone/plot.ts";
import { bootstrapInterval, medianDeviation } from "../../../core/numeric/robust.ts";
import { soundOutput } from "../scripted_phone/binaries.ts";
import { a, calm, FakeTarget, plan, s, VirtualClock } from "./fake_target.ts";

/** What a report is made of, whether published figures are shown apart. */
function reportSources(of: Plan, measurement: Measurement, { fingerprint }: MeasurementTarget) {
  return { plan: of, measurement, target: fingerprint, binary: s!, profiles: {}, createdAt: new Date(0) };
}

Deno.test("the report: figures of known samples, published ones beside them, label, table and picture", async () => {
  const zoo = await namedFile("zennet_imagenet1k_flops400M_SE_res224.tflite", new Uint8Array(3));
  const times = [1000, 1010, 1020, 1030, 1040];
  let index = 0;
  const target = new FakeTarget({
    run: ({ model }) => ({ exitCode: 0, text: soundOutput(model === zoo ? times[index++]! : 500) }),
  });
  const of = plan({ jobs: [{ model: zoo, threads: 1 }] });
  const measurement = await measure(target, of, { clock: new VirtualClock() });
  const sources = reportSources(of, measurement, target);
  const report = latencyReport({ ...sources, comparePublished: true });
  const [result] = report.results;
  assert.deepEqual([result!.medianMs, result!.counted, result!.discarded], [1.02, 5, 0]);
  assert.ok(Math.abs(result!.p95Ms! - 1.07) < 1e-9 && Math.abs(result!.madMs! - 0.01) < 1e-9);
  assert.deepEqual(result!.interval95Ms, [1, 1.04]);
  assert.equal(result!.publishedPixel2Ms, 87.9);
  assert.equal(publishedPixel2Ms("tf_efficientnet_b5_f16.tflite"), 2580);
  assert.equal(publishedPixel2Ms("resnet18.tflite"), null);
  assert.equal(publishedPixel2Ms("mine.tflite"), null);
  assert.equal(latencyReport({ ...sources, comparePublished: false }).results[0]!.publishedPixel2Ms, undefined);
  assert.match(
    toMarkdown(report),
    /\| zennet_.*\| 1 \| 1\.02 \| 1\.07 \| 0\.01 \| 1\.00 … 1\.04 \| 5 \(0 discarded\) \| 87\.90 \|/,
  );
  assert.match(await toSvg(report), /^<svg .*Measured on Fake/s);
  assert.match(await toSvg(report), />0<\/text>/); // bars begin at zero, though all of them are about 1
  assert.deepEqual(report.cautions, []);
  const spread = measurement.samples.map((sample, at) => ({ ...sample, latencyUs: sample.latencyUs * (1 + 0.1 * at) }));
  const wide = latencyReport({ ...sources, measurement: { ...measurement, samples: spread }, comparePublished: false });
  assert.match(wide.cautions.join(), /^UNSTABLE: the interval of zennet_.* is wide; close what runs on it/);
  const host = { ...report, kind: "host" as const };
  for (const text of [toMarkdown(host), await toSvg(host)]) assert.match(text, /on this host, not on a phone/);
});

Deno.test("each model under each number of threads has its own figures, the sentinel's kept apart", async () => {
  const jobs = [{ model: a!, threads: 1 }, { model: a!, threads: 4 }];
  let sentinels = 0;
  const times = new Map(jobs.map((job, index) => [job as Job, 2000 + 1000 * index]));
  const target = new FakeTarget({
    run: (job) => ({ exitCode: 0, text: soundOutput(times.get(job) ?? 1000 + 10 * sentinels++) }),
  });
  const of = plan({ jobs, sentinel: { model: a!, threads: 1 } });
  const measurement = await measure(target, of, { clock: new VirtualClock() });
  const { results } = latencyReport({ ...reportSources(of, measurement, target), comparePublished: false });
  const figures = results.map(({ threads, medianMs, counted }) => [threads, medianMs, counted]);
  assert.deepEqual(figures, [[1, 2, 5], [4, 3, 5]]);
});

/** The names in a JSON value, an array's by its first element: `a`, `a.b`. */
function keysOf(value: unknown, path = ""): readonly string[] {
  if (Array.isArray(value)) return keysOf(value[0], path);
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => [`${path}${key}`, ...keysOf(inner, `${path}${key}.`)]);
}

Deno.test("the names in latency.json stay as they are: scripts read them", async () => {
  const of = plan({ repeats: 1 }), target = new FakeTarget();
  const measurement = await measure(target, of, { clock: new VirtualClock() });
  const failed = { ...measurement, failure: new MeasurementError("BENCH_CRASH", "Cannot go on") };
  const sources = { ...reportSources(of, failed, target), comparePublished: true };
  const { before, after, output, ...sample } = JSON.parse(JSON.stringify(latencyReport(sources))).samples[0];
  const { samples: _samples, baseline, ...report } = JSON.parse(JSON.stringify(latencyReport(sources)));
  const words = (text: string): readonly string[] => text.trim().split(/\s+/);
  assert.deepEqual(
    keysOf(report),
    words(`
      schema kind createdAt target target.kind target.name target.properties target.abis
      binary binary.name binary.bytes binary.sha256 models models.name models.bytes models.sha256
      protocol protocol.repeats protocol.settings protocol.settings.delegate protocol.settings.runs
      protocol.settings.warmupRuns protocol.settings.minSeconds protocol.settings.maxSeconds protocol.seed protocol.force
      protocol.settleMs protocol.coolDownMs protocol.driftShare sentinel results results.model results.threads
      results.counted results.discarded results.medianMs results.p95Ms results.madMs results.interval95Ms
      results.statistic results.publishedPixel2Ms cautions failure failure.code failure.message failure.printed profiles
    `),
  );
  assert.deepEqual(Object.keys(sample), words("model threads sentinel round startedMs text latencyUs discarded"));
  for (const state of [before, after, baseline]) {
    assert.deepEqual(
      keysOf(state),
      words(`
        batteryPercent batteryCelsius power thermalStatus skinCelsius awake load cores cores.cpu cores.maxKHz
        cores.capKHz cores.currentKHz unread
      `),
    );
  }
  const times = "count firstUs minUs maxUs avgUs stdUs p5Us medianUs p95Us";
  const under = (name: string): string => `${name} ${times.replace(/\b(?=\w)/g, `${name}.`)}`;
  assert.deepEqual(keysOf(output), words(`${under("warmup")} ${under("measured")} initUs delegated peakMemoryMb`));
});

Deno.test("a report says what does not stop a measurement: unread and busy states, a delegate's part, a failed restore", async () => {
  const partial = "INFO: Explicitly applied GPU delegate, and the model graph will be partially executed by the " +
    "delegate w/ 2 delegate kernels.\n";
  const target = new FakeTarget({
    state: () => ({ ...calm, load: 5.5, thermalStatus: null, unread: { thermal: "no such service" } }),
    run: () => ({ exitCode: 0, text: partial + soundOutput(1000) }),
  });
  target.restore = () => Promise.reject(new MeasurementError("RESTORE_FAILED", "Cannot put it back"));
  const lines: string[] = [];
  const of = plan({ repeats: 1, jobs: [{ model: a!, threads: 1 }] });
  const context = { clock: new VirtualClock(), onProgress: (line: string) => void lines.push(line) };
  const measurement = await measure(target, of, context);
  const { cautions, failure } = latencyReport({ ...reportSources(of, measurement, target), comparePublished: false });
  const codes = ["STATE_UNREADABLE", "PHONE_BUSY", "RESTORE_FAILED", "DELEGATE_PARTIAL", "DELEGATE_PARTIAL"];
  assert.deepEqual(cautions.map((line) => line.split(":")[0]), codes);
  assert.equal(failure!.code, "RESTORE_FAILED");
  assert.match(lines.at(-1)!, /^RESTORE_FAILED: Cannot put it back; zen phone doctor tries again/);
});

Deno.test("median deviation and bootstrap interval", () => {
  assert.equal(medianDeviation([1, 1, 2, 2, 4, 6, 9]), 1);
  assert.equal(bootstrapInterval([1, 2], 1), null);
  const values = Array.from({ length: 41 }, (_, index) => index);
  const [low, high] = bootstrapInterval(values, 7)!;
  assert.deepEqual([low, high], bootstrapInterval(values, 7));
  assert.ok(low > 8 && low < 20 && high > 20 && high < 32);
});
