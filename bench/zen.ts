/** Measures whole Zen-scores through the worker pool, from the structure string to the number. */
import type { Backend } from "../core/graph/backend.ts";
import { openCpu } from "../kernels/mod.ts";
import { median } from "../core/numeric/statistics.ts";
import { timeAsyncMs } from "./harness.ts";
import { cifarSubjects, graphMacs, scoreGraph, type Subject } from "./networks.ts";

/** A network's figures. */
export interface ZenFigures {
  readonly name: string;
  readonly structure: string;
  readonly workers: number;
  readonly candidates_per_second: number;
  /** The share of the peak of as many cores as there are workers. */
  readonly fraction: number;
}

/** The figures of all networks, and the speed-up of one worker for each core over a single worker. */
export interface ZenResults {
  readonly figures: readonly ZenFigures[];
  /** Throughput of all workers over that of one: the median over the networks. */
  readonly scaling: number;
}

const ROUNDS = 3;

/** Scores several candidates at once; each is built and compiled anew, as in a search. */
async function scoreMany(backend: Backend, { structure }: Subject, count: number): Promise<void> {
  await Promise.all(Array.from({ length: count }, async (_, draw) => {
    using program = backend.compile(scoreGraph(structure));
    const [score] = await program.run({ seed: 1, draw });
    if (!Number.isFinite(score![0])) throw new Error(`Cannot time a Zen-score that is ${score![0]}`);
  }));
}

/** Milliseconds per candidate, one value for each round. */
type Rounds = readonly number[];

async function timeRound(backend: Backend, subject: Subject): Promise<number> {
  const count = 2 * backend.concurrency;
  return await timeAsyncMs(() => scoreMany(backend, subject, count)) / count;
}

/** Times one worker and all workers alternately, so that other work on the machine slows both alike. */
async function timeSubject(backends: readonly Backend[], subject: Subject): Promise<Rounds[]> {
  const times: number[][] = backends.map(() => []);
  for (const backend of backends) await scoreMany(backend, subject, backend.concurrency);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, backend] of backends.entries()) times[index]!.push(await timeRound(backend, subject));
  }
  return times;
}

function figuresOf(subject: Subject, peakGflops: number, { workers, ms }: {
  readonly workers: number;
  readonly ms: number;
}): ZenFigures {
  const gflops = 2 * graphMacs(scoreGraph(subject.structure)) / ms / 1e6;
  const fraction = gflops / (peakGflops * workers);
  return { ...subject, workers, candidates_per_second: 1000 / ms, fraction };
}

/** Scores the zoo's CIFAR networks with one worker and with one for each core. */
export async function measureZen(peakGflops: number): Promise<ZenResults> {
  await using one = await openCpu({ workers: 1 });
  await using all = await openCpu();
  const figures: ZenFigures[] = [], scalings: number[] = [];
  for (const subject of cifarSubjects()) {
    const [single, many] = await timeSubject([one, all], subject) as [Rounds, Rounds];
    scalings.push(median(single.map((ms, round) => ms / many[round]!)));
    figures.push(figuresOf(subject, peakGflops, { workers: 1, ms: median(single) }));
    figures.push(figuresOf(subject, peakGflops, { workers: all.concurrency, ms: median(many) }));
  }
  return { figures, scaling: median(scalings) };
}
