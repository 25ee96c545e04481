import assert from "node:assert/strict";
import {
  bigCores,
  coreMask,
  type DeviceState,
  measure,
  type MeasurementError,
  objections,
} from "../../../mobile/phone/mod.ts";
import { parseState } from "../../../mobile/phone/state.ts";
import { soundOutput } from "../scripted_phone/binaries.ts";
import { calm, cores, FakeTarget, plan, s, VirtualClock } from "./fake_target.ts";

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
    [{ batteryCelsius: 38.1 }, "THERMAL_HOT"],
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
  assert.deepEqual(objections({ ...calm, batteryPercent: 30, batteryCelsius: 38 }, [2, 3]), []);
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
  const clock = new VirtualClock(), still = new VirtualClock();
  const warmBy = (celsius: number) => ({ ...calm, batteryCelsius: calm.batteryCelsius! + celsius });
  let runs = 0, warmSince = -1;
  const target = new FakeTarget({
    run: () => ({ exitCode: 0, text: (runs++, warmSince = clock.ms, soundOutput(1000)) }),
    state: () => (runs > 0 && clock.ms - warmSince < 30_000 ? warmBy(1.1) : calm),
  });
  const { failure, samples } = await measure(target, plan({ repeats: 1 }), { clock });
  assert.equal(failure, undefined);
  assert.ok(clock.ms >= 60_000 + 2 * 30_000 && samples.every(({ before }) => before.batteryCelsius === 27));
  const lukewarm: FakeTarget = new FakeTarget({ state: () => (lukewarm.log.length > 1 ? warmBy(1) : calm) });
  assert.equal((await measure(lukewarm, plan(), { clock: still })).failure, undefined);
  assert.equal(still.ms, 60_000);
  const stuck = new FakeTarget({
    state: () => (runs > 4 ? warmBy(1.1) : calm),
    run: () => target.runNow(plan().sentinel),
  });
  const late = await measure(stuck, plan(), { clock });
  assert.equal(codeOf(late.failure), "COOLDOWN_TIMEOUT");
  assert.ok(late.samples.length > 0);
});

Deno.test("a drifting sentinel discards its round; a phone that never settles is unstable, and its samples are kept", async () => {
  const withSentinelOf = async (us: number): Promise<readonly (string | null)[]> => {
    let sentinels = 0;
    const target = new FakeTarget({
      run: ({ model }) => ({ exitCode: 0, text: soundOutput(model === s && sentinels++ === 2 ? us : 1000) }),
    });
    const { failure, samples } = await measure(target, plan(), { clock: new VirtualClock() });
    assert.equal(failure, undefined);
    return samples.map(({ discarded }) => discarded);
  };
  for (const us of [1100, 900]) { // a phone that became faster is another phone, too
    const reasons = await withSentinelOf(us);
    assert.equal(reasons.length, 18);
    assert.deepEqual(reasons.slice(6, 9), Array(3).fill("the sentinel drifted by 10.0 %"));
    assert.deepEqual(new Set([...reasons.slice(0, 6), ...reasons.slice(9)]), new Set([null]));
  }
  for (const us of [1040, 960]) assert.deepEqual(await withSentinelOf(us), Array(15).fill(null));
  let later = 0;
  const slower = new FakeTarget({
    run: ({ model }) => ({ exitCode: 0, text: soundOutput(model === s && later++ > 0 ? 1100 : 1000) }),
  });
  const changed = await measure(slower, plan({ repeats: 3 }), { clock: new VirtualClock() });
  assert.deepEqual([changed.failure, changed.samples.length], [undefined, 12]); // a change that stays costs one round
  let us = 1000;
  const never = new FakeTarget({ run: () => ({ exitCode: 0, text: soundOutput(us *= 1.2) }) });
  const { failure, samples } = await measure(never, plan(), { clock: new VirtualClock() });
  assert.equal(codeOf(failure), "UNSTABLE");
  assert.equal(samples.length, 30);
});

Deno.test("a sentinel's sample that was made again does not count among those that drift is measured by", async () => {
  let sentinels = 0, hot = false;
  const target = new FakeTarget({
    state() {
      const thermalStatus = hot ? 1 : 0;
      hot = false;
      return { ...calm, thermalStatus };
    },
    run({ model }) {
      hot = model === s && sentinels++ === 0;
      return { exitCode: 0, text: soundOutput(hot ? 2000 : 1000) };
    },
  });
  const { samples, failure } = await measure(target, plan(), { clock: new VirtualClock() });
  assert.equal(failure, undefined);
  assert.deepEqual(samples.filter(({ discarded }) => discarded !== null).map(({ latencyUs }) => latencyUs), [2000]);
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

Deno.test("a state that can be read whole, in the units of its names", () => {
  const battery = (line: string): string =>
    `@@zennas battery\n  AC powered: false\n  USB powered: false\n  Wireless powered: false\n  ${line}\n` +
    "  level: 64\n  scale: 100\n  temperature: -35\n";
  const rest = "@@zennas thermal\nThermal Status: 2\n\tTemperature{mValue=31.5, mType=0, mName=cpu}\n" +
    "\tTemperature{mValue=29.25, mType=3, mName=skin}\n@@zennas power\nmWakefulness=Dozing\n" +
    "@@zennas load\n1.25 0.4 0.3 1/2 3\n@@zennas cores\ncpu10 3000 2000 1000\ncpu2 1900 - 300\n";
  assert.deepEqual(parseState(battery("") + rest), {
    batteryPercent: 64,
    batteryCelsius: -3.5,
    power: "battery",
    thermalStatus: 2,
    skinCelsius: 29.25,
    awake: false,
    load: 1.25,
    cores: [
      { cpu: 2, maxKHz: 1900, capKHz: null, currentKHz: 300 },
      { cpu: 10, maxKHz: 3000, capKHz: 2000, currentKHz: 1000 },
    ],
    unread: {},
  });
  const sources = { "AC powered: true": "ac", "USB powered: true": "usb", "Wireless powered: true": "wireless" };
  for (const [line, power] of Object.entries(sources)) assert.equal(parseState(battery(line) + rest).power, power);
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
