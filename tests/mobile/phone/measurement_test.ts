import assert from "node:assert/strict";
import {
  bigCores,
  type Clock,
  coreMask,
  defaultSettings,
  type DeviceState,
  type Job,
  latencyReport,
  measure,
  type Measurement,
  MeasurementError,
  type MeasurementTarget,
  namedFile,
  objections,
  type Plan,
  type RawRun,
  toMarkdown,
} from "../../../mobile/phone/mod.ts";
import { parseState } from "../../../mobile/phone/state.ts";
import { bootstrapInterval, median, medianDeviation } from "../../../mobile/phone/statistics.ts";
import { toSvg } from "../../../mobile/phone/plot.ts";
import { soundOutput } from "../scripted_phone/binaries.ts";

const cores = [1900, 1900, 2400, 2400].map((maxKHz, cpu) => ({ cpu, maxKHz, capKHz: maxKHz, currentKHz: 300 }));
const calm: DeviceState = {
  batteryPercent: 80,
  batteryCelsius: 27,
  power: "usb",
  thermalStatus: 0,
  skinCelsius: 29,
  awake: true,
  load: 0.2,
  cores,
  unread: {},
};

/** Time that passes only when it is waited for. */
class VirtualClock implements Clock {
  ms = 0;
  now(): number {
    return this.ms;
  }
  sleep(ms: number): Promise<void> {
    this.ms += ms;
    return Promise.resolve();
  }
}

/** A phone whose every answer a test decides. */
class FakeTarget implements MeasurementTarget {
  readonly fingerprint = { kind: "phone", name: "Fake", properties: {}, abis: [] } as const;
  readonly log: string[] = [];
  readonly stateNow: () => DeviceState;
  readonly runNow: (job: Job) => RawRun;

  constructor({ state = () => calm, run = () => ({ exitCode: 0, text: soundOutput(1000) }) }: {
    state?: () => DeviceState;
    run?: (job: Job) => RawRun;
  } = {}) {
    this.stateNow = state;
    this.runNow = run;
  }
  readState(): Promise<DeviceState> {
    return Promise.resolve(this.stateNow());
  }
  prepare(): Promise<void> {
    this.log.push("prepare");
    return Promise.resolve();
  }
  coresFor(threads: number): readonly number[] {
    return bigCores(cores, threads);
  }
  run(job: Job): Promise<RawRun> {
    this.log.push(`${job.model.name} × ${job.threads}`);
    return Promise.resolve(this.runNow(job));
  }
  restore(): Promise<void> {
    this.log.push("restore");
    return Promise.resolve();
  }
}

const [a, b, s] = await Promise.all(["a", "b", "s"].map((name) => namedFile(`x/${name}.tflite`, new Uint8Array(9))));

function plan(changes: Partial<Plan> = {}): Plan {
  return {
    jobs: [{ model: a!, threads: 1 }, { model: b!, threads: 1 }],
    sentinel: { model: s!, threads: 1 },
    repeats: 5,
    settings: defaultSettings,
    seed: 1,
    force: false,
    settleMs: 60_000,
    coolDownMs: 600_000,
    driftShare: 0.05,
    ...changes,
  };
}

function codeOf(failure: unknown): string | undefined {
  return (failure as MeasurementError | undefined)?.code;
}

Deno.test("every round holds every job and the sentinel once, in an order that the seed decides", async () => {
  const orders = await Promise.all([1, 1, 2].map(async (seed) => {
    const target = new FakeTarget(), clock = new VirtualClock();
    const { samples, failure } = await measure(target, plan({ seed }), { clock });
    assert.equal(failure, undefined);
    assert.equal(samples.length, 15);
    assert.equal(clock.ms, 60_000);
    assert.deepEqual([target.log[0], target.log.at(-1)], ["prepare", "restore"]);
    for (let round = 0; round < 5; round++) {
      const names = samples.filter((sample) => sample.round === round).map(({ job }) => job.model.name);
      assert.deepEqual(names.sort(), ["a.tflite", "b.tflite", "s.tflite"]);
    }
    return target.log.join();
  }));
  assert.equal(orders[0], orders[1]);
  assert.notEqual(orders[0], orders[2]);
});

Deno.test("hot, throttled and low phones are refused untouched, unless forced", async () => {
  const states: readonly [Partial<DeviceState>, string][] = [
    [{ batteryPercent: 29 }, "BATTERY_LOW"],
    [{ batteryCelsius: 38.5 }, "THERMAL_HOT"],
    [{ thermalStatus: 1 }, "THERMAL_HOT"],
    [{ cores: cores.map((core) => ({ ...core, capKHz: core.cpu === 3 ? 2000 : core.capKHz })) }, "THROTTLED"],
  ];
  for (const [change, code] of states) {
    const state = () => ({ ...calm, ...change });
    const target = new FakeTarget({ state });
    assert.equal(codeOf((await measure(target, plan(), { clock: new VirtualClock() })).failure), code);
    assert.deepEqual(target.log, ["restore"]);
    const forced = await measure(new FakeTarget({ state }), plan({ force: true }), { clock: new VirtualClock() });
    assert.equal(forced.failure, undefined);
    assert.match(forced.cautions.join(), /^forced: /);
  }
  const littleCapped = cores.map((core) => ({ ...core, capKHz: core.cpu === 0 ? 1 : core.capKHz }));
  assert.deepEqual(objections({ ...calm, cores: littleCapped }, [2, 3]), []);
});

Deno.test("a phone that throttles, or loses its charger, during a repeat: that repeat is discarded and made again", async () => {
  for (const change of [{ thermalStatus: 2 }, { power: "battery" as const }]) {
    let runs = 0, looks = 0;
    const target = new FakeTarget({
      run: () => ({ exitCode: 0, text: (runs++, soundOutput(1000)) }),
      state: () => (runs === 4 && looks++ === 0 ? { ...calm, ...change } : calm),
    });
    const { samples, failure } = await measure(target, plan(), { clock: new VirtualClock() });
    assert.equal(failure, undefined);
    assert.equal(samples.length, 16);
    assert.equal(samples.filter(({ discarded }) => discarded !== null).length, 1);
    assert.match(samples[3]!.discarded!, /thermal status rose to 2|power changed from usb to battery/);
  }
});

Deno.test("a phone that warms up is waited for, and given up after the longest wait", async () => {
  const clock = new VirtualClock();
  let runs = 0, warmSince = -1;
  const target = new FakeTarget({
    run: () => ({ exitCode: 0, text: (runs++, warmSince = clock.ms, soundOutput(1000)) }),
    state: () => (runs > 0 && clock.ms - warmSince < 30_000 ? { ...calm, batteryCelsius: 29 } : calm),
  });
  const { failure, samples } = await measure(target, plan({ repeats: 1 }), { clock });
  assert.equal(failure, undefined);
  assert.ok(clock.ms >= 60_000 + 2 * 30_000 && samples.every(({ before }) => before.batteryCelsius === 27));
  const stuck = new FakeTarget({
    state: () => (runs > 4 ? { ...calm, batteryCelsius: 29 } : calm),
    run: () => target.runNow(plan().sentinel),
  });
  const late = await measure(stuck, plan(), { clock });
  assert.equal(codeOf(late.failure), "COOLDOWN_TIMEOUT");
  assert.ok(late.samples.length > 0);
});

Deno.test("a drifting sentinel discards its round; a phone that never settles is unstable, and its samples are kept", async () => {
  let sentinels = 0;
  const once = new FakeTarget({
    run: ({ model }) => ({ exitCode: 0, text: soundOutput(model === s && sentinels++ === 2 ? 1100 : 1000) }),
  });
  const drifted = await measure(once, plan(), { clock: new VirtualClock() });
  assert.equal(drifted.failure, undefined);
  assert.equal(drifted.samples.length, 18);
  assert.deepEqual([...new Set(drifted.samples.map((sample) => sample.discarded))], [
    null,
    "the sentinel drifted by 10.0 %",
  ]);
  let us = 1000;
  const never = new FakeTarget({ run: () => ({ exitCode: 0, text: soundOutput(us *= 1.2) }) });
  const { failure, samples } = await measure(never, plan(), { clock: new VirtualClock() });
  assert.equal(codeOf(failure), "UNSTABLE");
  assert.equal(samples.length, 30);
});

Deno.test("a crash in the middle keeps what came before it, and restores", async () => {
  let runs = 0;
  const target = new FakeTarget({
    run: () => ++runs === 8 ? { exitCode: 139, text: "x" } : { exitCode: 0, text: soundOutput(1000) },
  });
  const measurement = await measure(target, plan(), { clock: new VirtualClock() });
  assert.equal(codeOf(measurement.failure), "BENCH_CRASH");
  assert.equal(measurement.samples.length, 7);
  assert.equal(target.log.at(-1), "restore");
});

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
  assert.equal(latencyReport({ ...sources, comparePublished: false }).results[0]!.publishedPixel2Ms, undefined);
  assert.match(
    toMarkdown(report),
    /\| zennet_.*\| 1 \| 1\.02 \| 1\.07 \| 0\.01 \| 1\.00 … 1\.04 \| 5 \(0 discarded\) \| 87\.90 \|/,
  );
  assert.match(toSvg(report), /^<svg .*Measured on Fake/s);
  assert.deepEqual(report.cautions, []);
  const spread = measurement.samples.map((sample, at) => ({ ...sample, latencyUs: sample.latencyUs * (1 + 0.1 * at) }));
  const wide = latencyReport({ ...sources, measurement: { ...measurement, samples: spread }, comparePublished: false });
  assert.match(wide.cautions.join(), /^UNSTABLE: the interval of zennet_.* is wide; close what runs on it/);
  const host = { ...report, kind: "host" as const };
  for (const text of [toMarkdown(host), toSvg(host)]) assert.match(text, /on this host, not on a phone/);
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

Deno.test("big cores by the clocks that the phone reports", () => {
  const clocked = (...kHz: (number | null)[]) =>
    kHz.map((maxKHz, cpu) => ({ cpu, maxKHz, capKHz: maxKHz, currentKHz: maxKHz }));
  const pixel2 = clocked(1900, 1900, 1900, 1900, 2457, 2457, 2457, 2457);
  assert.equal(coreMask(bigCores(pixel2, 1)), "f0");
  assert.equal(coreMask(bigCores(pixel2, 4)), "f0");
  assert.equal(coreMask(bigCores(pixel2, 5)), "ff");
  const threeClusters = clocked(1704, 1704, 1704, 1704, 2370, 2370, 2370, 2370, 2914);
  assert.equal(coreMask(bigCores(threeClusters, 1)), "100");
  assert.equal(coreMask(bigCores(threeClusters, 4)), "1f0");
  assert.deepEqual(bigCores(clocked(null, null), 1), []);
});

Deno.test("a state that can be read in part tells what could not be read", () => {
  const state = parseState(
    "@@zennas battery\r\nCan't find service: battery\r\n@@zennas load\n0.5 0.4 0.3 1/2 3\n@@zennas cores\ncpu0 - - -\n",
  );
  assert.deepEqual([state.batteryPercent, state.power, state.thermalStatus, state.load], [null, null, null, 0.5]);
  assert.deepEqual(state.unread, {
    battery: "Can't find service: battery",
    thermal: "it said nothing",
    power: "it said nothing",
    cores: "cpu0 - - -",
  });
});

Deno.test("median, median deviation and bootstrap interval", () => {
  assert.equal(median([3, 1, 2]), 2);
  assert.equal(median([4, 1, 2, 3]), 2.5);
  assert.equal(medianDeviation([1, 1, 2, 2, 4, 6, 9]), 1);
  assert.throws(() => median([]), RangeError);
  assert.equal(bootstrapInterval([1, 2], 1), null);
  const values = Array.from({ length: 41 }, (_, index) => index);
  const [low, high] = bootstrapInterval(values, 7)!;
  assert.deepEqual([low, high], bootstrapInterval(values, 7));
  assert.ok(low > 8 && low < 20 && high > 20 && high < 32);
});
