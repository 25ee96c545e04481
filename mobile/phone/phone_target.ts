/** Measurements on a phone, with TensorFlow Lite's own `benchmark_model`. */
import { AdbError, type Device, quote } from "../adb/mod.ts";
import { checkAbi } from "./elf.ts";
import { MeasurementError, type RawRun } from "./errors.ts";
import { bigCores, coreMask } from "./fitness.ts";
import { toArguments } from "./flags.ts";
import type { Journal } from "./journal.ts";
import { quietLine, saveSettings } from "./quiet.ts";
import { type DeviceState, parseState, probeLine } from "./state.ts";
import type { Fingerprint, Job, MeasurementTarget, NamedFile, RunRequest } from "./target.ts";

/** The properties that tell phones apart. */
const PROPERTIES = [
  "ro.product.manufacturer",
  "ro.product.model",
  "ro.product.device",
  "ro.board.platform",
  "ro.build.version.release",
  "ro.build.version.sdk",
  "ro.build.fingerprint",
  "ro.product.cpu.abilist",
] as const;

/** What a phone tells of itself. Throws AdbError. */
export async function readFingerprint(device: Device): Promise<Fingerprint> {
  const { stdout } = await device.shell(PROPERTIES.map((name) => `getprop ${name}`).join("; "));
  const lines = stdout.split("\n").map((line) => line.trim());
  const properties = Object.fromEntries(PROPERTIES.map((name, index) => [name, lines[index] ?? ""]));
  const name = `${properties["ro.product.manufacturer"]} ${properties["ro.product.model"]}`.trim();
  const abis = properties["ro.product.cpu.abilist"]!.split(",").filter((abi) => abi !== "");
  return { kind: "phone", name: name || device.serial, properties: { serial: device.serial, ...properties }, abis };
}

/** Reads a phone's state. Throws AdbError. */
export async function readPhoneState(device: Device): Promise<DeviceState> {
  return parseState((await device.shell(probeLine)).stdout);
}

/** What a phone measures with. */
export interface PhoneTools {
  /** The phone's `benchmark_model`. */
  readonly binary: NamedFile;
  /** Open for as long as the target is in use. */
  readonly journal: Journal;
  /** Called while files go to the phone. */
  readonly onProgress?: ((line: string) => void) | undefined;
  /** How much longer a process may take than its flags allow before it is killed, ms. Default 60,000. */
  readonly patienceMs?: number;
}

/** More time than a process can need to load a model, ms. */
const PATIENCE_MS = 60_000;

/** A phone as a place for measurements. */
export class PhoneTarget implements MeasurementTarget {
  /** What the phone is. */
  readonly fingerprint: Fingerprint;
  readonly #device: Device;
  readonly #tools: PhoneTools;
  readonly #folder = `/data/local/tmp/zennas/${crypto.randomUUID()}`;
  readonly #first: DeviceState;
  readonly #files = new Map<NamedFile, string>();

  private constructor(device: Device, { tools, fingerprint, first }: {
    readonly tools: PhoneTools;
    readonly fingerprint: Fingerprint;
    readonly first: DeviceState;
  }) {
    this.#device = device;
    this.#tools = tools;
    this.fingerprint = fingerprint;
    this.#first = first;
  }

  /** Looks at a phone, and puts back what a crashed measurement left changed. Throws AdbError, MeasurementError (WRONG_ABI). */
  static async open(device: Device, tools: PhoneTools): Promise<PhoneTarget> {
    if (await tools.journal.restore(device)) tools.onProgress?.("restored what an earlier measurement had changed");
    const fingerprint = await readFingerprint(device);
    checkAbi(tools.binary.bytes, fingerprint.abis);
    return new PhoneTarget(device, { tools, fingerprint, first: await readPhoneState(device) });
  }

  readState(): Promise<DeviceState> {
    return readPhoneState(this.#device);
  }

  coresFor(threads: number): readonly number[] {
    return bigCores(this.#first.cores, threads);
  }

  /** `taskset MASK ` where the phone tells its clocks, else nothing. */
  #pin(threads: number): string {
    const cpus = this.coresFor(threads);
    return cpus.length > 0 ? `taskset ${coreMask(cpus)} ` : "";
  }

  async prepare(models: readonly NamedFile[]): Promise<void> {
    const { binary, journal } = this.#tools;
    const check = await this.#device.shell(`${this.#pin(1)}true`);
    if (check.exitCode !== 0) {
      throw new MeasurementError("TASKSET_FAILED", `Cannot choose cores as the phone says: ${check.stderr.trim()}`);
    }
    const saved = await saveSettings(this.#device, this.#first.awake);
    journal.write({ schema: 1, serial: this.#device.serial, folder: this.#folder, ...saved });
    await this.#device.shell(`mkdir -p ${this.#folder}; ${quietLine}`);
    await this.#push(binary, { name: "benchmark_model", mode: 0o755 });
    for (const [index, model] of models.entries()) await this.#push(model, { name: `${index}.tflite`, mode: 0o644 });
  }

  async #push(file: NamedFile, { name, mode }: { readonly name: string; readonly mode: number }): Promise<void> {
    const path = `${this.#folder}/${name}`;
    this.#tools.onProgress?.(`pushing ${file.name}, ${(file.bytes.length / 1e6).toFixed(1)} MB`);
    await this.#device.push(path, file.bytes, { mode });
    this.#files.set(file, name);
  }

  async run({ model, threads }: Job, { signal, ...settings }: RunRequest): Promise<RawRun> {
    const args = toArguments({ ...settings, threads, graph: this.#files.get(model)! }).map(quote).join(" ");
    const line = `cd ${this.#folder} && exec ${this.#pin(threads)}./benchmark_model ${args}`;
    // Warm-up and measurement may each take as long as the longest run.
    const timeoutMs = 2_000 * settings.maxSeconds + (this.#tools.patienceMs ?? PATIENCE_MS);
    try {
      const { exitCode, stdout, stderr } = await this.#device.shell(line, { timeoutMs, ...(signal ? { signal } : {}) });
      return { exitCode, text: stderr === "" ? stdout : `${stdout}\n${stderr}` };
    } catch (cause) {
      if (!(cause instanceof AdbError) || cause.code !== "SHELL_TIMEOUT") throw cause;
      const message = `Cannot measure ${model.name} as it takes more than ${timeoutMs / 1000} s, and was killed`;
      throw new MeasurementError("BENCH_TIMEOUT", message, { cause, data: { text: cause.data.stdout } });
    }
  }

  async restore(): Promise<void> {
    await this.#tools.journal.restore(this.#device);
  }
}
