/** A queue of runs for a device. After the device is lost, it is opened again and unfinished runs are repeated. */
import { DeviceLostError } from "../../core/graph/backend.ts";
import type { GpuDevice, SubmittedGroup } from "./device.ts";
import { groupSize, type PlanRun } from "./group.ts";

/** A run and the number that its caller knows it by. */
export interface QueuedRun {
  readonly id: number;
  readonly run: PlanRun;
}

/** What a queue asks of a device. */
export type QueueDevice = Pick<GpuDevice, "submit" | "lost"> & Disposable;

/** What a queue needs. */
export interface RunQueueOptions<Device> {
  /** Opens the device again after a loss. */
  open(): Promise<Device>;
  /** Takes the outputs of a group. */
  done(runs: readonly QueuedRun[], outputs: readonly Float32Array<ArrayBuffer>[][]): void;
  /** Takes the error that a run failed with. */
  failed(runs: readonly QueuedRun[], error: unknown): void;
}

/** Groups that are in flight before the first of them is waited for. */
const GROUPS_IN_FLIGHT = 2;

/** A run during which the device was lost this often fails: it may be the cause. */
const MAX_LOSSES = 3;

/** Lets messages that have arrived be handled. */
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/**
 * Submits runs in groups and waits for them in order. While one group computes the next is encoded, because waiting
 * blocks the thread. When the device is lost, a new one runs again whatever had not come back.
 */
export class RunQueue<Device extends QueueDevice> implements Disposable {
  /** How often the device was opened. */
  openings = 1;
  /** How many groups were submitted. */
  groups = 0;
  /** The device, while it is not lost. */
  device: Device;
  readonly #options: RunQueueOptions<Device>;
  readonly #waiting: CountedRun[] = [];
  #busy = false;

  /** A queue in front of an open device. */
  constructor(device: Device, options: RunQueueOptions<Device>) {
    this.device = device;
    this.#options = options;
  }

  /** Adds a run. */
  add(run: QueuedRun): void {
    this.#waiting.push({ ...run, losses: 0 });
    if (!this.#busy) this.#drain();
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    const flights: Flight[] = [];
    await turn();
    while (this.#waiting.length + flights.length > 0) {
      while (flights.length < GROUPS_IN_FLIGHT && this.#waiting.length > 0) flights.push(await this.#submit());
      await turn();
      await this.#finish(flights.shift()!, flights);
    }
    this.#busy = false;
  }

  async #submit(): Promise<Flight> {
    const count = groupSize(this.#waiting.map(({ run }) => run)), runs = this.#waiting.splice(0, count);
    this.groups++;
    try {
      return { runs, group: await this.device.submit(runs.map(({ run }) => run)) };
    } catch (error) {
      return { runs, group: { read: () => Promise.reject(error) } };
    }
  }

  async #finish({ runs, group }: Flight, flights: Flight[]): Promise<void> {
    try {
      this.#options.done(runs, await group.read());
    } catch (error) {
      if (this.device.lost === undefined) return this.#fail(runs, error);
      await this.#reopen([runs, ...flights.splice(0).map((flight) => flight.runs)].flat(), error);
    }
  }

  /** A group failed, perhaps by one of its runs: each run is repeated alone, so that only that one fails. */
  async #fail(runs: readonly QueuedRun[], error: unknown): Promise<void> {
    if (runs.length === 1) return this.#options.failed(runs, error);
    for (const one of runs) {
      try {
        const group = await this.device.submit([one.run]);
        this.#options.done([one], await group.read());
      } catch (error) {
        this.#options.failed([one], error);
      }
    }
  }

  async #reopen(runs: readonly CountedRun[], cause: unknown): Promise<void> {
    const tired = runs.filter((run) => ++run.losses >= MAX_LOSSES);
    if (tired.length > 0) {
      const message = `Cannot finish a run as ${MAX_LOSSES} devices were lost with it: ${this.device.lost}`;
      this.#options.failed(tired, new DeviceLostError(message, { cause }));
    }
    this.#waiting.unshift(...runs.filter((run) => !tired.includes(run)));
    this.device[Symbol.dispose]();
    try {
      this.device = await this.#options.open();
      this.openings++;
    } catch (cause) {
      this.#options.failed(this.#waiting.splice(0), new DeviceLostError("Cannot open the device again", { cause }));
    }
  }

  /** Closes the device. */
  [Symbol.dispose](): void {
    this.device[Symbol.dispose]();
  }
}

/** A run, and how many devices were lost with it. */
interface CountedRun extends QueuedRun {
  losses: number;
}

/** A submitted group and its runs. */
interface Flight {
  readonly runs: readonly CountedRun[];
  readonly group: SubmittedGroup;
}
