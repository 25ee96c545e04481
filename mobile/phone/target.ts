/** What a measurement runs on: a phone, or this machine. */
import type { RawRun } from "./errors.ts";
import type { RunSettings } from "./flags.ts";
import type { DeviceState } from "./state.ts";

/** A file with its checksum. */
export interface NamedFile {
  /** Its name, without folders. */
  readonly name: string;
  /** Its content. */
  readonly bytes: Uint8Array;
  /** Hex. */
  readonly sha256: string;
}

/** A file's name and content, checked. */
export async function namedFile(path: string, bytes: Uint8Array): Promise<NamedFile> {
  const digest = await crypto.subtle.digest("SHA-256", new Uint8Array(bytes));
  return { name: path.split("/").at(-1)!, bytes, sha256: new Uint8Array(digest).toHex() };
}

/** What the numbers belong to. */
export interface Fingerprint {
  /** Whether it is a phone: numbers of a host are never a phone's. */
  readonly kind: "phone" | "host";
  /** A name for people, such as `Google Pixel 2`. */
  readonly name: string;
  /** Everything that tells it from others. */
  readonly properties: Readonly<Record<string, string>>;
  /** The ABIs that it runs; empty where it does not tell. */
  readonly abis: readonly string[];
}

/** A model under a number of threads. */
export interface Job {
  /** The model. */
  readonly model: NamedFile;
  /** Threads of the CPU. */
  readonly threads: number;
}

/** How one process measures, and what ends it early. */
export interface RunRequest extends RunSettings {
  /** Whether to time each operator. */
  readonly profile?: boolean;
  /** Kills the process. */
  readonly signal?: AbortSignal | undefined;
}

/** Where measurements run. */
export interface MeasurementTarget {
  /** What it is. */
  readonly fingerprint: Fingerprint;
  /** The state now. */
  readState(): Promise<DeviceState>;
  /** Brings models there and quiets it. */
  prepare(models: readonly NamedFile[]): Promise<void>;
  /** The cores that a job would run on; empty where there is no choice. */
  coresFor(threads: number): readonly number[];
  /** One process that measures a job. Throws AdbError or MeasurementError where there is no output. */
  run(job: Job, request: RunRequest): Promise<RawRun>;
  /** Puts everything back as it was. Throws MeasurementError (RESTORE_FAILED). */
  restore(): Promise<void>;
}

/** Time, as a measurement sees it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Waits; rejects with the signal's reason when that comes first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** The system's clock. */
export const wallClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const abort = (): void => {
        clearTimeout(timer);
        reject(signal!.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener("abort", abort);
        resolve();
      }, ms);
      signal?.addEventListener("abort", abort, { once: true });
    }),
};
