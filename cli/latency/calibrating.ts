/** Carries a calibration out: measures what it asks for until it is complete. */
import {
  Calibration,
  type CalibrationEntry,
  type CalibrationPlan,
  type DrawnNetwork,
  type Kernel,
  kernelItem,
  networkItem,
  SENTINEL,
  timedBlock,
} from "../../core/latency/mod.ts";
import type { LatencyRunner, LatencyTarget } from "./target.ts";

/** How long blocks of runs take, at least, ms. */
const BLOCK_MS = { kernel: 12, network: 60, sentinel: 30 } as const;

/** What measures the items of a plan. */
export type ItemMeasurer = (item: string) => Promise<CalibrationEntry>;

/** Where the measurements of a calibration are kept. */
export interface Entries {
  /** Those that there are, in order. */
  readonly entries: readonly CalibrationEntry[];
  /** Adds one. */
  add(entry: CalibrationEntry): void;
}

/** What a calibration needs beside its plan. */
export interface CalibratingOptions {
  /** Keeps measurements. */
  readonly journal: Entries;
  /** Measures an item. */
  readonly measure: ItemMeasurer;
  /** Ends it; the journal goes on later. */
  readonly signal?: AbortSignal;
  /** Told of each measurement. */
  readonly onEntry?: (calibration: Calibration) => void;
}

/** Measures what a plan asks for and its journal does not have yet. Incomplete only where the signal aborts. */
export async function calibrate(plan: CalibrationPlan, options: CalibratingOptions): Promise<Calibration> {
  const { journal, measure, signal, onEntry } = options, calibration = new Calibration(plan);
  for (const entry of journal.entries) calibration.add(entry);
  for (let item = calibration.next(); item !== undefined && !signal?.aborted; item = calibration.next()) {
    const entry = await measure(item);
    journal.add(entry);
    calibration.add(entry);
    onEntry?.(calibration);
  }
  return calibration;
}

async function timed(runner: LatencyRunner, blockMs: number): Promise<number> {
  await timedBlock(runner, 0);
  return (await timedBlock(runner, blockMs)).ms;
}

/** Measures kernels and networks of a plan on a target: each is made ready, warmed up, and run for a block. */
export function itemMeasurer(
  target: LatencyTarget,
  { kernels, networks, sentinel }: {
    readonly kernels: readonly Kernel[];
    readonly networks: readonly DrawnNetwork[];
    readonly sentinel: LatencyRunner;
  },
): ItemMeasurer {
  const kernelsByItem = new Map(kernels.map((kernel) => [kernelItem(kernel), kernel]));
  const networksByItem = new Map(networks.map((network) => [networkItem(network), network]));
  const msOf = async (item: string): Promise<number> => {
    if (item === SENTINEL) return await timed(sentinel, BLOCK_MS.sentinel);
    const kernel = kernelsByItem.get(item);
    using runner = kernel
      ? (await target.openKernel!(kernel))!
      : await target.openNetwork(networksByItem.get(item)!.design);
    return await timed(runner, kernel ? BLOCK_MS.kernel : BLOCK_MS.network);
  };
  return async (item) => {
    const start = performance.now(), ms = await msOf(item);
    return { item, ms, spentMs: performance.now() - start };
  };
}
