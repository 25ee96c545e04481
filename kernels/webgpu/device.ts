/** One GPU device: submits groups of runs, reads their results, and reports which kernel or allocation failed. */
import { DeviceLostError, DeviceMemoryError } from "../../core/graph/backend.ts";
import type { StoragePrecision } from "../../core/graph/precision.ts";
import { type AdapterChoice, type AdapterDescription, requestAdapter } from "./adapters.ts";
import { DeviceMemory, type HeldBinding } from "./device_memory.ts";
import { KernelError } from "./errors.ts";
import { cutResults, layOutGroup, type PlacedDispatch, placeDispatches, type PlanRun, portions } from "./group.ts";
import { HeldBuffers, type StateId } from "./held_buffers.ts";
import { kernels as allKernels } from "./kernels.ts";
import type { PlanLimits } from "./limits.ts";
import { Pipelines } from "./pipelines.ts";
import type { PlannedDispatch } from "./plan.ts";
import { DispatchTimer } from "./timer.ts";
import type { Kernel } from "./wgsl/kernel.ts";

/** Which adapter to open, and how. */
export interface DeviceOptions {
  readonly adapter: AdapterChoice;
  readonly precision: StoragePrecision;
  /** Other kernels, in tests. */
  readonly kernels?: Readonly<Record<string, Kernel>>;
  /** Whether {@link GpuDevice.profile} will be called; needs an adapter with `timestamp-query`. */
  readonly timestamps?: boolean;
}

/** A group that was submitted. */
export interface SubmittedGroup {
  /** The outputs of each run, in order. */
  read(): Promise<Float32Array<ArrayBuffer>[][]>;
}

/**
 * Multiply-adds after which a submission ends and the next begins: operating systems reset a GPU whose submission takes
 * seconds.
 */
const SUBMISSION_MACS = 2e11;

/**
 * Buffer sizes are multiples of it, bytes. Limits are rounded down to it, as drivers report limits that are no
 * multiple, such as 2³¹ − 1.
 */
const BUFFER_GRAIN = 256;

/** Limits that a device is opened with at the adapter's own values, instead of WebGPU's smaller defaults. */
const LIMITS = ["maxBufferSize", "maxStorageBufferBindingSize", "minUniformBufferOffsetAlignment"] as const;

const SCOPES = ["validation", "out-of-memory", "internal"] as const;

/**
 * An open device. A group may be submitted while earlier groups still compute; the queue runs them in order, so they
 * can share the device's arenas.
 */
export class GpuDevice implements Disposable {
  /** The adapter that it was opened on. */
  readonly adapter: AdapterDescription;
  /** The limits that plans depend on. */
  readonly limits: PlanLimits;
  /** Why the device was lost; undefined while it works. */
  lost: string | undefined;
  /** Its states. */
  readonly held: HeldBuffers;
  readonly #device: GPUDevice;
  readonly #pipelines: Pipelines;
  readonly #memory: DeviceMemory;
  #uncaptured: GPUError | undefined;

  private constructor(device: GPUDevice, adapter: AdapterDescription, options: DeviceOptions) {
    const { maxStorageBufferBindingSize, maxBufferSize } = device.limits;
    this.#device = device;
    this.adapter = adapter;
    this.limits = {
      bufferBytes: Math.floor(Math.min(maxStorageBufferBindingSize, maxBufferSize) / BUFFER_GRAIN) * BUFFER_GRAIN,
      workgroups: device.limits.maxComputeWorkgroupsPerDimension,
      parameterAlignment: device.limits.minUniformBufferOffsetAlignment,
    };
    this.#pipelines = new Pipelines(device, { kernels: options.kernels ?? allKernels, precision: options.precision });
    this.#memory = new DeviceMemory(device, {
      layout: (pages) => this.#pipelines.bindGroupLayout(pages),
      bufferBytes: this.limits.bufferBytes,
    });
    this.held = new HeldBuffers(device);
    device.addEventListener("uncapturederror", (event) => {
      event.preventDefault();
      this.#uncaptured ??= (event as unknown as GPUUncapturedErrorEvent).error;
    });
    device.lost.then(({ message, reason }) => this.lost ??= [reason, message].filter(Boolean).join(": "));
  }

  /**
   * Opens a device with the adapter's limits. Throws NoAdapterError, and TypeError where the adapter lacks a feature.
   */
  static async open(options: DeviceOptions): Promise<GpuDevice> {
    const { adapter, description } = await requestAdapter(options.adapter);
    const requiredFeatures: GPUFeatureName[] = [
      ...(options.precision === "f16" ? ["shader-f16" as const] : []),
      ...(options.timestamps ? ["timestamp-query" as const] : []),
    ];
    const missing = requiredFeatures.find((feature) => !adapter.features.has(feature));
    if (missing) throw new TypeError(`Cannot open ${description.name} as it has no ${missing}`);
    const requiredLimits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
    const device = await adapter.requestDevice({ requiredFeatures, requiredLimits });
    return new GpuDevice(device, description, options);
  }

  /** How many pipelines have been compiled so far. */
  get pipelines(): number {
    return this.#pipelines.count;
  }

  /** Bytes of all its buffers. */
  get bytes(): number {
    return this.#memory.bytes + this.held.bytes;
  }

  /**
   * Compiles the pipelines that are missing, then encodes and submits the runs. Throws KernelError for a kernel that
   * does not compile or cannot be dispatched, and DeviceMemoryError. GPU errors arrive late, so `read` may throw the
   * same, and DeviceLostError. Where a run has a state, all errors but a loss are thrown before anything is submitted, so
   * that a run replaces all that it should or nothing.
   */
  async submit(runs: readonly PlanRun[]): Promise<SubmittedGroup> {
    for (const { plan } of runs) {
      for (const dispatch of plan.dispatches) await this.#pipelines.prepare(dispatch);
    }
    const layout = layOutGroup(runs), bytes = layout.totals.results * 4;
    const { made: { commands, readback }, errors } = this.#scoped(() => {
      this.#memory.prepare(runs, layout);
      return this.#encode(placeDispatches(runs, layout), bytes);
    });
    const check = async (errors: readonly Promise<GPUError | null>[]): Promise<void> => {
      try {
        await this.#check(await Promise.all(errors), runs);
      } catch (error) {
        readback.destroy();
        throw error;
      }
    };
    if (runs.some(({ state }) => state !== undefined)) await check(errors);
    const submitted = this.#scoped(() => this.#device.queue.submit(commands));
    const read = async (): Promise<Float32Array<ArrayBuffer>[][]> => {
      await check([...errors, ...submitted.errors]);
      return cutResults(runs, layout, await this.#read(readback, bytes));
    };
    return { read };
  }

  /** What a function makes, and the GPU errors of making it. */
  #scoped<T>(make: () => T): { readonly made: T; readonly errors: readonly Promise<GPUError | null>[] } {
    for (const scope of SCOPES) this.#device.pushErrorScope(scope);
    const errors: Promise<GPUError | null>[] = [];
    try {
      return { made: make(), errors };
    } finally {
      errors.push(...SCOPES.map(() => this.#device.popErrorScope()));
    }
  }

  /** Milliseconds of each dispatch of one run, by the GPU's timestamps. Each dispatch has a submission of its own. */
  async profile(run: PlanRun): Promise<number[]> {
    const { plan: { dispatches }, state } = run;
    await (await this.submit([run])).read();
    using timer = new DispatchTimer(this.#device, dispatches.length);
    dispatches.forEach((dispatch, index) => {
      const encoder = this.#encodePass([{ dispatch, start: 0, state }], timer.writes(index));
      this.#device.queue.submit([encoder.finish()]);
    });
    return await timer.read();
  }

  /** Destroys the device, so that it is lost as after a reset by the driver. */
  lose(): void {
    this.lost ??= "destroyed";
    this.#device.destroy();
  }

  /**
   * Encodes dispatches in portions short enough for the system's watchdog (see {@link SUBMISSION_MACS}), and after them a
   * copy of the results.
   */
  #encode(dispatches: readonly PlacedDispatch[], bytes: number): {
    readonly commands: GPUCommandBuffer[];
    readonly readback: GPUBuffer;
  } {
    const encoders = portions(dispatches, SUBMISSION_MACS).map((portion) => this.#encodePass(portion));
    const copying = this.#device.createCommandEncoder(), readback = this.#memory.copyResults(copying, bytes);
    return { commands: [...encoders, copying].map((encoder) => encoder.finish()), readback };
  }

  #encodePass(
    dispatches: readonly PlacedDispatch[],
    timestampWrites?: GPUComputePassTimestampWrites,
  ): GPUCommandEncoder {
    const encoder = this.#device.createCommandEncoder();
    const pass = encoder.beginComputePass(timestampWrites ? { timestampWrites } : {});
    let current: GPUComputePipeline | undefined;
    for (const { dispatch, start, state } of dispatches) {
      const pipeline = this.#pipelines.get(dispatch), { workgroups: [x, y, z], word, pages } = dispatch;
      if (pipeline !== current) pass.setPipeline(pipeline);
      current = pipeline;
      pass.setBindGroup(0, this.#memory.bindGroup(pages, this.#heldOf(dispatch, state)), [(start + word) * 4]);
      pass.dispatchWorkgroups(x, y, z);
    }
    pass.end();
    return encoder;
  }

  #heldOf({ held, kernel }: PlannedDispatch, state: StateId | undefined): HeldBinding | undefined {
    if (held === undefined || state === undefined) return undefined;
    const inPlaceOf = kernel === "download" ? "results" : "uploads";
    return { buffer: this.held.buffer(state, held), inPlaceOf, key: `${inPlaceOf} ${state} ${held}` };
  }

  /** Frees a state. */
  drop(state: StateId): void {
    this.held.drop(state);
    this.#memory.forgetGroups();
  }

  async #read(readback: GPUBuffer, bytes: number): Promise<Float32Array<ArrayBuffer>> {
    try {
      return await this.#memory.read(readback, bytes);
    } catch (cause) {
      throw new DeviceLostError(`Cannot read results as the device is lost: ${this.lost ?? cause}`, { cause });
    }
  }

  /** Throws the error that the group's error scopes or the device's `uncapturederror` listener caught, if any. */
  async #check(errors: readonly (GPUError | null)[], runs: readonly PlanRun[]): Promise<void> {
    if (this.lost) throw new DeviceLostError(`Cannot finish a run as the device is lost: ${this.lost}`);
    const error = errors.find((error) => error !== null) ?? this.#uncaptured;
    this.#uncaptured = undefined;
    if (!error) return;
    if (error instanceof GPUOutOfMemoryError) {
      const bytes = { needed: this.bytes, limit: this.limits.bufferBytes };
      throw new DeviceMemoryError(`a group of ${runs.length} runs (${error.message})`, bytes);
    }
    throw await this.#diagnose(runs) ?? new DeviceLostError(`Cannot finish a run: ${error.message}`, { cause: error });
  }

  /**
   * Encodes each dispatch by itself and returns the error of the first that fails: WebGPU's error for a whole group
   * does not say which dispatch caused it.
   */
  async #diagnose(runs: readonly PlanRun[]): Promise<KernelError | undefined> {
    for (const placed of placeDispatches(runs, layOutGroup(runs))) {
      this.#device.pushErrorScope("validation");
      this.#encodePass([placed]).finish();
      const error = await this.#device.popErrorScope(), { op, kernel } = placed.dispatch;
      if (error) return new KernelError(error.message.trim(), { op, pipeline: kernel });
    }
    return undefined;
  }

  /** Frees all memory and destroys the device; runs that have not finished are lost. */
  [Symbol.dispose](): void {
    this.#memory[Symbol.dispose]();
    this.held[Symbol.dispose]();
    this.#device.destroy();
  }
}
