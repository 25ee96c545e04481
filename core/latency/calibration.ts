/**
 * A calibration in progress: what to measure next, and what the measurements say. Both follow from the list of measurements
 * alone, so that one that was interrupted goes on as if it had not been.
 */
import { median } from "../numeric/statistics.ts";
import { type LatencyAccuracy, latencyAccuracy } from "./accuracy.ts";
import type { LatencyArtefact } from "./artefact.ts";
import { type MeasuredNetwork, MIN_NETWORKS } from "./correction.ts";
import type { DrawnNetwork } from "./draws.ts";
import type { Kernel } from "./kernel.ts";
import type { MeasuredKernel } from "./kernel_model.ts";
import { predictLatency } from "./predictor.ts";

/** One measurement. */
export interface CalibrationEntry {
  /** What was measured: {@link SENTINEL}, `kernel` and its key, or `network` and its text. */
  readonly item: string;
  /** The median of a block of runs, ms. */
  readonly ms: number;
  /** How long the measurement took, with what it needed before, ms. */
  readonly spentMs: number;
}

/** The item that tells whether the device itself has changed. */
export const SENTINEL = "sentinel";

/** The item of a kernel. */
export const kernelItem = ({ key }: Kernel): string => `kernel ${key}`;
/** The item of a network. */
export const networkItem = ({ text }: Pick<DrawnNetwork, "text">): string => `network ${text}`;

/** What is measured in all. */
export interface CalibrationPlan {
  /** In the order of measurement; may be empty. */
  readonly kernels: readonly Kernel[];
  /** In the order of measurement; every fourth is left out of the fit, to tell how well it predicts. */
  readonly networks: readonly DrawnNetwork[];
  /** How long to measure, ms; longer where there are too few networks then. */
  readonly limitMs: number;
}

/** What the measurements say. */
export interface CalibrationData {
  /** Kernels, each with the device's drift taken out. */
  readonly kernels: readonly MeasuredKernel[];
  /** The networks of the fit. */
  readonly networks: readonly MeasuredNetwork[];
  /** Networks that no fit sees. */
  readonly heldOut: readonly MeasuredNetwork[];
  /** Standard deviation of one measurement of a network over its mean; null where none was measured twice. */
  readonly noise: number | null;
  /** Measurements between sentinels that disagree, which do not count. */
  readonly discarded: number;
  /** The median time of the sentinel, ms. */
  readonly sentinelMs: number;
}

/** Measurements between two of the sentinel. */
const BETWEEN_SENTINELS = 6;
/** How far two sentinels may be apart, as a logarithm, for what lies between them to count. */
const MOST_DRIFT = 0.15;
/** How often each network is measured, at different times. */
const PASSES = 3;
/** Attempts at one measurement that counts. */
const ATTEMPTS = 3;
/** One of so many networks is left out of the fit. */
const HELD_OUT = 4;
/** Networks without which there is no fit: as many as it needs, and those left out meanwhile. */
export const LEAST_NETWORKS: number = MIN_NETWORKS + Math.ceil(MIN_NETWORKS / (HELD_OUT - 1));

/** A measurement with the device's speed around it. */
interface Counted {
  readonly ms: number;
  /** The sentinel's time around it, ms. */
  readonly sentinelMs: number;
}

/** Items that wait to be measured. */
class Queue {
  readonly #waiting: string[];
  spentMs = 0;

  constructor(items: readonly string[]) {
    this.#waiting = [...items];
  }

  get next(): string | undefined {
    return this.#waiting[0];
  }

  took(item: string, spentMs: number): void {
    if (this.#waiting[0] === item) this.#waiting.shift();
    this.spentMs += spentMs;
  }

  again(item: string): void {
    this.#waiting.push(item);
  }
}

/** A calibration: entries go in, and it says what to measure next. */
export class Calibration {
  readonly #plan: CalibrationPlan;
  readonly #kernels: Queue;
  readonly #networks: Queue;
  readonly #counted = new Map<string, Counted[]>();
  readonly #attempts = new Map<string, number>();
  readonly #sentinelsMs: number[] = [];
  #group: CalibrationEntry[] = [];
  #spentMs = 0;
  #discarded = 0;

  /** A calibration that has not begun. */
  constructor(plan: CalibrationPlan) {
    this.#plan = plan;
    this.#kernels = new Queue(plan.kernels.map(kernelItem));
    this.#networks = new Queue(Array.from({ length: PASSES }, () => plan.networks.map(networkItem)).flat());
  }

  /** The part of the time that is over, 0 to 1. */
  get share(): number {
    return Math.min(1, this.#spentMs / this.#plan.limitMs);
  }

  /** How many kernels and networks have a measurement that counts. */
  get measured(): { readonly kernels: number; readonly networks: number } {
    const networks = this.#plan.networks.filter((network) => this.#counted.has(networkItem(network))).length;
    return { kernels: this.#counted.size - networks, networks };
  }

  /** What to measure next; undefined when the calibration is complete. */
  next(): string | undefined {
    const isOver = this.#isOver(), wanted = isOver ? undefined : this.#wanted();
    const isFull = this.#group.length >= BETWEEN_SENTINELS;
    if (this.#sentinelsMs.length === 0 || isFull || wanted === undefined && this.#group.length > 0) return SENTINEL;
    return wanted;
  }

  /** Takes a measurement in. */
  add(entry: CalibrationEntry): void {
    const { item, ms, spentMs } = entry;
    this.#spentMs += spentMs;
    if (item === SENTINEL) return this.#close(ms);
    (item.startsWith("kernel ") ? this.#kernels : this.#networks).took(item, spentMs);
    this.#group.push(entry);
  }

  /** What the measurements say. */
  data(): CalibrationData {
    const usual = median(this.#sentinelsMs), { kernels, networks } = this.#plan;
    const latencyOf = (item: string): number | undefined => {
      const times = this.#counted.get(item);
      return times && median(times.map(({ ms, sentinelMs }) => ms * usual / sentinelMs));
    };
    const measured = networks.map((network): MeasuredNetwork | undefined => {
      const latencyMs = latencyOf(networkItem(network)), { text, kernels } = network;
      return latencyMs === undefined ? undefined : { text, kernels, latencyMs };
    });
    const isHeldOut = (index: number): boolean => index % HELD_OUT === HELD_OUT - 1;
    return {
      kernels: kernels.flatMap((kernel) => {
        const latencyMs = latencyOf(kernelItem(kernel));
        return latencyMs === undefined ? [] : [{ kernel, latencyMs }];
      }),
      networks: measured.filter((network, index) => network !== undefined && !isHeldOut(index)) as MeasuredNetwork[],
      heldOut: measured.filter((network, index) => network !== undefined && isHeldOut(index)) as MeasuredNetwork[],
      noise: this.#noise(),
      discarded: this.#discarded,
      sentinelMs: usual,
    };
  }

  /** Kernels and networks share the time evenly; networks come first until there are enough for a fit. */
  #wanted(): string | undefined {
    const kernel = this.#kernels.next, network = this.#networks.next;
    if (network === undefined || kernel === undefined) return network ?? kernel;
    return this.#networks.spentMs <= this.#kernels.spentMs ? network : kernel;
  }

  #isOver(): boolean {
    if (this.#spentMs < this.#plan.limitMs) return false;
    const { heldOut, networks } = this.#fitted();
    return networks >= MIN_NETWORKS && heldOut > 0 || this.#networks.next === undefined;
  }

  #fitted(): { readonly networks: number; readonly heldOut: number } {
    let networks = 0, heldOut = 0;
    this.#plan.networks.forEach((network, index) => {
      if (!this.#counted.has(networkItem(network))) return;
      if (index % HELD_OUT === HELD_OUT - 1) heldOut++;
      else networks++;
    });
    return { networks, heldOut };
  }

  /** A sentinel ends a group: its measurements count where the sentinels before and after agree. */
  #close(afterMs: number): void {
    const beforeMs = this.#sentinelsMs.at(-1) ?? afterMs, group = this.#group;
    const isSteady = Math.abs(Math.log(afterMs / beforeMs)) <= MOST_DRIFT, sentinelMs = Math.sqrt(beforeMs * afterMs);
    this.#sentinelsMs.push(afterMs);
    this.#group = [];
    for (const { item, ms } of group) {
      if (isSteady) this.#counted.set(item, [...this.#counted.get(item) ?? [], { ms, sentinelMs }]);
      else this.#discard(item);
    }
  }

  #discard(item: string): void {
    const attempts = (this.#attempts.get(item) ?? 0) + 1;
    this.#attempts.set(item, attempts);
    this.#discarded++;
    if (attempts < ATTEMPTS * PASSES) (item.startsWith("kernel ") ? this.#kernels : this.#networks).again(item);
  }

  #noise(): number | null {
    let squares = 0, freedom = 0;
    for (const network of this.#plan.networks) {
      const times = this.#counted.get(networkItem(network)) ?? [];
      const logs = times.map(({ ms, sentinelMs }) => Math.log(ms / sentinelMs));
      const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
      squares += logs.reduce((sum, log) => sum + (log - mean) ** 2, 0);
      freedom += Math.max(0, logs.length - 1);
    }
    return freedom === 0 ? null : Math.sqrt(squares / freedom);
  }
}

/** How well an artefact predicts networks, and how often its interval held. */
export interface LatencyValidation extends LatencyAccuracy {
  /** The share of networks inside their 90 % interval. */
  readonly coverage: number;
}

/** Predicts networks that were measured and not fitted. Throws RangeError for none. */
export function validateLatency(
  artefact: LatencyArtefact,
  networks: readonly MeasuredNetwork[],
): LatencyValidation {
  const predictions = predictLatency(artefact, networks);
  const pairs = predictions.map(({ predictedMs }, index) => ({ predictedMs, measuredMs: networks[index]!.latencyMs }));
  const held = predictions.filter(({ interval90Ms: [low, high] }, index) => {
    const { latencyMs } = networks[index]!;
    return low <= latencyMs && latencyMs <= high;
  });
  return { ...latencyAccuracy(pairs), coverage: held.length / networks.length };
}
