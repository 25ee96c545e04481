/** Whole Zen-scores on WebGPU: how many a second, and where their time goes. */
import type { Graph } from "../core/graph/graph.ts";
import { parseStructure } from "../core/networks/masternet/mod.ts";
import { structureDesign, zenGraph } from "../core/scoring/mod.ts";
import { zooEntry } from "../core/networks/zoo/mod.ts";
import type { StoragePrecision } from "../core/graph/precision.ts";
import { openWebGpu } from "../kernels/mod.ts";
import type { GpuDevice } from "../kernels/webgpu/device.ts";
import { median } from "../core/numeric/statistics.ts";
import { timeAsyncMs } from "./harness.ts";
import { graphMacs } from "./networks.ts";
import { planRun } from "./webgpu_operations.ts";

/** What is scored. */
export interface ScoreSubject {
  readonly name: string;
  readonly batch: number;
  readonly graph: () => Graph;
}

/** The throughput with `inFlight` candidates submitted at once. */
export interface ScoreFigures {
  readonly inFlight: number;
  readonly candidatesPerSecond: number;
  readonly gflops: number;
}

/** Where the time of a group of candidates goes, milliseconds a candidate. */
export interface TimeShares {
  /** Planning the graph, on the caller's thread. */
  readonly planMs: number;
  /** Encoding and submitting. */
  readonly dispatchMs: number;
  /** The dispatches by the GPU's timestamps, each in a pass of its own. */
  readonly kernelMs: number;
  /** Waiting for the results of the group, while the kernels run. */
  readonly readbackMs: number;
}

const ZOO = "zennet_cifar10_model_size1M_res32";
const SMALL = "SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,2,8,1)SuperConvK1BNRELU(16,32,1,1)";
const ROUNDS = 3;
const GROUP = 8;

/**
 * The network to score: a published one at its published batch; on a software driver a small one that takes only a
 * moment.
 */
export function scoreSubject(software: boolean): ScoreSubject {
  const name = software ? SMALL : ZOO, batch = software ? 2 : 64, resolution = software ? 16 : 32;
  const structure = parseStructure(software ? SMALL : zooEntry(ZOO).structure);
  const design = structureDesign(structure, { resolution, classes: 10, residualLinks: false });
  const fixed = { gamma: 0.01, seed: 1, draw: 0, fill: "gaussian", weights: "unit", labels: "modulo" } as const;
  return { name, batch, graph: () => zenGraph(design, { batch, variant: "reference", ...fixed }) };
}

/** Measures candidates a second through the backend's worker; each candidate is planned anew, as in a search. */
export async function measureScores(
  { graph }: ScoreSubject,
  options: { readonly adapter: number; readonly precision: StoragePrecision },
): Promise<ScoreFigures[]> {
  await using backend = await openWebGpu(options);
  const score = async (draw: number): Promise<void> => {
    using program = backend.compile(graph());
    const [value] = await program.run({ seed: 1, draw });
    if (!Number.isFinite(value![0])) throw new Error(`Cannot time a Zen-score that is ${value![0]}`);
  };
  const lane = async (runs: number): Promise<void> => {
    for (let run = 0; run < runs; run++) await score(run);
  };
  const gflop = 2 * graphMacs(graph()) / 1e9, figures: ScoreFigures[] = [];
  for (const inFlight of [1, 8, 64]) {
    const runs = Math.ceil(16 / inFlight),
      all = (): Promise<unknown> => Promise.all(Array.from({ length: inFlight }, () => lane(runs)));
    await all();
    const ms: number[] = [];
    for (let round = 0; round < ROUNDS; round++) ms.push(await timeAsyncMs(all) / (inFlight * runs));
    const candidatesPerSecond = 1000 / median(ms);
    figures.push({ inFlight, candidatesPerSecond, gflops: gflop * candidatesPerSecond });
  }
  return figures;
}

/** Measures the parts of a group's time, on this thread. */
export async function measureShares(
  { graph }: ScoreSubject,
  target: { readonly device: GpuDevice; readonly precision: StoragePrecision },
): Promise<TimeShares> {
  const { device } = target, graphs = Array.from({ length: GROUP }, graph);
  await (await device.submit(graphs.map((one) => planRun(one, target)))).read();
  const start = performance.now(), runs = graphs.map((one) => planRun(one, target));
  const planned = performance.now(), group = await device.submit(runs);
  const submitted = performance.now();
  await group.read();
  const read = performance.now(), kernelMs = (await device.profile(runs[0]!)).reduce((sum, ms) => sum + ms, 0);
  return {
    planMs: (planned - start) / GROUP,
    dispatchMs: (submitted - planned) / GROUP,
    kernelMs,
    readbackMs: (read - submitted) / GROUP,
  };
}
