/**
 * A queue of runs, and of reads and writes of held tensors, for a device. After the device is lost, it is opened again and
 * unfinished runs are repeated, unless they have a state: that is lost too.
 */
import { DeviceLostError } from "../../core/graph/backend.ts";
import type { GpuDevice, SubmittedGroup } from "./device.ts";
import { groupSize } from "./group.ts";
import type { HeldBuffers } from "./held_buffers.ts";
import { type AccessJob, type AskedJob, type DropJob, type HoldJob, type Job, type RunJob, stateOf } from "./jobs.ts";

/** What a queue asks of a device. */
export type QueueDevice =
  & Pick<GpuDevice, "submit" | "lost" | "drop">
  & { readonly held: Pick<HeldBuffers, "hold" | "refusal" | "read" | "write"> }
  & Disposable;

/** What a queue needs. */
export interface RunQueueOptions<Device> {
  /** Opens the device again after a loss. */
  open(): Promise<Device>;
  /** Takes the outputs of a group, or of a read. */
  done(jobs: readonly AskedJob[], outputs: readonly Float32Array<ArrayBuffer>[][]): void;
  /** Takes the error that a job failed with. */
  failed(jobs: readonly AskedJob[], error: unknown): void;
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
  readonly #waiting: Waiting[] = [];
  #busy = false;

  /** A queue in front of an open device. */
  constructor(device: Device, options: RunQueueOptions<Device>) {
    this.device = device;
    this.#options = options;
  }

  /** Adds a job. */
  add(job: Job): void {
    if (job.type === "drop" && !this.#busy) return this.device.drop(job.state);
    this.#waiting.push(job.type === "run" || job.type === "access" ? { ...job, losses: 0 } : job);
    if (!this.#busy) this.#drain();
  }

  async #drain(): Promise<void> {
    this.#busy = true;
    const flights: Flight[] = [];
    await turn();
    while (this.#waiting.length + flights.length > 0) {
      while (this.#canStart(flights)) flights.push(...await this.#start());
      await turn();
      if (flights.length > 0) await this.#finish(flights.shift()!, flights);
      else if (this.#waitsForDevice) await this.#reopen([], undefined);
    }
    this.#busy = false;
  }

  #canStart(flights: readonly Flight[]): boolean {
    return flights.length < GROUPS_IN_FLIGHT && this.#waiting.length > 0 && !this.#waitsForDevice;
  }

  /** A state that is made on a lost device would be lost at once. */
  get #waitsForDevice(): boolean {
    return this.#waiting[0]?.type === "hold" && this.device.lost !== undefined;
  }

  /** Starts what waits at the front; nothing of it is in flight afterwards where it is refused or has no answer. */
  async #start(): Promise<Flight[]> {
    if (this.#waiting[0]!.type === "run") return await this.#submit(this.#takeGroup());
    const job = this.#waiting.shift() as Asked<AccessJob> | HoldJob | DropJob;
    if (job.type === "access") return this.#allowed([job]).map((one) => this.#access(one));
    if (job.type === "drop") this.device.drop(job.state);
    else await this.device.held.hold(job.state, job.pageBytes);
    return [];
  }

  #takeGroup(): Asked<RunJob>[] {
    const end = this.#waiting.findIndex((job, index) => job.type !== "run" || (index > 0 && job.alone));
    const runs = (end < 0 ? this.#waiting : this.#waiting.slice(0, end)) as Asked<RunJob>[];
    const count = runs[0]!.alone ? 1 : groupSize(runs.map(({ run }) => run));
    return this.#allowed(this.#waiting.splice(0, count) as Asked<RunJob>[]);
  }

  /** The jobs whose states can be used; the others fail. */
  #allowed<J extends AskedJob>(jobs: readonly J[]): J[] {
    return jobs.filter((job) => {
      const state = stateOf(job), refusal = state === undefined ? undefined : this.device.held.refusal(state);
      if (refusal) this.#options.failed([job], refusal);
      return !refusal;
    });
  }

  async #submit(jobs: readonly Asked<RunJob>[]): Promise<Flight[]> {
    if (jobs.length === 0) return [];
    this.groups++;
    try {
      return [{ jobs, group: await this.device.submit(jobs.map(({ run }) => run)) }];
    } catch (error) {
      const keepsOrder = jobs.some(holdsState) && this.device.lost === undefined;
      return keepsOrder ? this.#refuse(jobs, error) : [{ jobs, group: { read: () => Promise.reject(error) } }];
    }
  }

  /**
   * A group of which a run has a state was refused before anything was submitted: each run is submitted alone before what
   * comes after it, so that only one fails and the order stays.
   */
  #refuse(jobs: readonly Asked<RunJob>[], error: unknown): Flight[] {
    if (jobs.length === 1) this.#options.failed(jobs, error);
    else this.#waiting.unshift(...jobs.map((job) => ({ ...job, alone: true })));
    return [];
  }

  #access(job: Asked<AccessJob>): Flight {
    const { held } = this.device, { access, values } = job;
    if (!values) return { jobs: [job], group: held.read(access) };
    held.write(access, values);
    return { jobs: [job], group: { read: () => this.#written() } };
  }

  #written(): Promise<Float32Array<ArrayBuffer>[][]> {
    const { lost } = this.device;
    return lost === undefined ? Promise.resolve([[]]) : Promise.reject(new DeviceLostError(`Cannot write: ${lost}`));
  }

  async #finish({ jobs, group }: Flight, flights: Flight[]): Promise<void> {
    try {
      this.#options.done(jobs, await group.read());
    } catch (error) {
      if (this.device.lost === undefined) return this.#fail(jobs, error);
      await this.#reopen([jobs, ...flights.splice(0).map((flight) => flight.jobs)].flat(), error);
    }
  }

  /** A group failed, perhaps by one of its runs: each run is repeated alone, so that only that one fails. */
  async #fail(jobs: readonly Asked[], error: unknown): Promise<void> {
    for (const job of jobs) {
      if (jobs.length === 1 || job.type === "access" || holdsState(job)) {
        this.#spoil(job);
        this.#options.failed([job], error);
      } else await this.#repeat(job);
    }
  }

  /** A run that failed after it was submitted may have replaced some of its state: nobody uses that any more. */
  #spoil(job: AskedJob): void {
    const state = stateOf(job);
    if (job.type === "run" && state !== undefined) this.device.drop(state);
  }

  async #repeat(job: RunJob): Promise<void> {
    try {
      const group = await this.device.submit([job.run]);
      this.#options.done([job], await group.read());
    } catch (error) {
      this.#options.failed([job], error);
    }
  }

  /** Opens the device again, for these jobs and those that wait. Those with a state are refused: the next one has none. */
  async #reopen(jobs: readonly Asked[], cause: unknown): Promise<void> {
    const tired = jobs.filter((job) => ++job.losses >= MAX_LOSSES);
    if (tired.length > 0) {
      const message = `Cannot finish a run as ${MAX_LOSSES} devices were lost with it: ${this.device.lost}`;
      this.#options.failed(tired, new DeviceLostError(message, { cause }));
    }
    this.#waiting.unshift(...jobs.filter((job) => !tired.includes(job)));
    this.device[Symbol.dispose]();
    try {
      this.device = await this.#options.open();
      this.openings++;
    } catch (cause) {
      const asked = this.#waiting.splice(0).filter(isAsked);
      this.#options.failed(asked, new DeviceLostError("Cannot open the device again", { cause }));
    }
  }

  /** Closes the device. */
  [Symbol.dispose](): void {
    this.device[Symbol.dispose]();
  }
}

/** An answered job, how many devices were lost with it, and whether it is in a group of its own. */
type Asked<J extends AskedJob = AskedJob> = J & { losses: number; readonly alone?: boolean };

type Waiting = Asked<RunJob> | Asked<AccessJob> | ((HoldJob | DropJob) & { readonly alone?: boolean });

const isAsked = (job: Waiting): job is Asked<RunJob> | Asked<AccessJob> => job.type === "run" || job.type === "access";

const holdsState = (job: AskedJob): boolean => stateOf(job) !== undefined;

/** A submitted group and its jobs. */
interface Flight {
  readonly jobs: readonly Asked[];
  readonly group: SubmittedGroup;
}
