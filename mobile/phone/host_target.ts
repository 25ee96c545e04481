/** Measurements on this machine, under the protocol of a phone. They are this machine's numbers, never a phone's. */
import { MeasurementError, type RawRun } from "./errors.ts";
import { toArguments } from "./flags.ts";
import { type OpenModel, runBenchmark } from "./host_program.ts";
import type { DeviceState } from "./state.ts";
import type { Fingerprint, Job, MeasurementTarget, NamedFile, RunRequest } from "./target.ts";

const NO_PROBE = "this is a host, not a phone";

/** This machine as a place for measurements. */
export class HostTarget implements MeasurementTarget {
  /** What this machine is. */
  readonly fingerprint: Fingerprint = {
    kind: "host",
    name: `host (${Deno.build.os} ${Deno.build.arch}, LiteRT on WebAssembly)`,
    properties: {
      os: Deno.build.os,
      arch: Deno.build.arch,
      processors: `${navigator.hardwareConcurrency}`,
      deno: Deno.version.deno,
      v8: Deno.version.v8,
    },
    abis: [],
  };
  readonly #open: OpenModel;

  /** A target that opens models by a runtime of this machine. */
  constructor(open: OpenModel) {
    this.#open = open;
  }

  readState(): Promise<DeviceState> {
    return Promise.resolve({
      batteryPercent: null,
      batteryCelsius: null,
      power: null,
      thermalStatus: null,
      skinCelsius: null,
      awake: null,
      load: Deno.loadavg()[0] ?? null,
      cores: [],
      unread: { battery: NO_PROBE, thermal: NO_PROBE, cores: NO_PROBE },
    });
  }

  prepare(_models: readonly NamedFile[]): Promise<void> {
    return Promise.resolve();
  }

  coresFor(_threads: number): readonly number[] {
    return [];
  }

  async run({ model, threads }: Job, { signal, ...settings }: RunRequest): Promise<RawRun> {
    if (settings.delegate !== "cpu" || threads !== 1 || settings.profile) {
      const got = `${threads} threads, delegate ${settings.delegate}, profile ${settings.profile ?? false}`;
      throw new MeasurementError(
        "BENCH_FLAGS",
        `Cannot measure on this host as its runtime has one CPU thread: got ${got}`,
      );
    }
    const args = toArguments({ ...settings, threads, graph: model.name });
    const text = await runBenchmark(args, { open: this.#open, read: () => Promise.resolve(model.bytes), signal });
    return { exitCode: 0, text };
  }

  restore(): Promise<void> {
    return Promise.resolve();
  }
}
