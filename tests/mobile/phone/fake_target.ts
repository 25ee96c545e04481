/** A phone without a phone, for the order, the waits and the reports of measurements. */
import {
  bigCores,
  type Clock,
  defaultSettings,
  type DeviceState,
  type Job,
  type MeasurementTarget,
  namedFile,
  type Plan,
  type RawRun,
} from "../../../mobile/phone/mod.ts";
import { soundOutput } from "../scripted_phone/binaries.ts";

/** Two little cores and two big ones, all at their speed. */
export const cores = [1900, 1900, 2400, 2400].map((maxKHz, cpu) => ({ cpu, maxKHz, capKHz: maxKHz, currentKHz: 300 }));
/** A phone that is fit. */
export const calm: DeviceState = {
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
export class VirtualClock implements Clock {
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
export class FakeTarget implements MeasurementTarget {
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

/** Three models. */
export const [a, b, s] = await Promise.all(
  ["a", "b", "s"].map((name) => namedFile(`x/${name}.tflite`, new Uint8Array(9))),
);

/** Five rounds of models a and b, with s as the sentinel. */
export function plan(changes: Partial<Plan> = {}): Plan {
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
