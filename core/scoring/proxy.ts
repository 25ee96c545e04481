/** What a zero-shot proxy is: a number for a network and a seed, higher is better, without training. */
import type { Backend } from "../graph/backend.ts";
import type { Fill } from "../networks/parameters.ts";
import type { NetworkDesign } from "./design.ts";

/** Scales of filled weights: variance 1, or 2/fan-in, which keeps the signal's size where residual links add. */
export const weightScales = ["unit", "scaled"] as const;
/** One of {@link weightScales}. */
export type WeightScale = typeof weightScales[number];

/** Where the classes of a labelled batch come from: draws of the seed, or the image's number modulo the classes. */
export const labelRules = ["random", "modulo"] as const;
/** One of {@link labelRules}. */
export type LabelRule = typeof labelRules[number];

/** A wanted number of parameters P, in millions: scores are multiplied by exp(−(P − mean)²/spread). */
export interface FavouredSize {
  /** The favoured number, μ. */
  readonly mean: number;
  /** How far from it a network may be, σ. */
  readonly spread: number;
}

/** Everything but the network that a score depends on. */
export interface ScoringSettings {
  /** Images a batch. */
  readonly batch: number;
  /** Size of a perturbation of the input, relative to the input's deviation. */
  readonly gamma: number;
  /** One of the proxy's variants. */
  readonly variant: string;
  /** Seed of all draws. */
  readonly seed: number;
  /** Which independent repetition under the seed, from 0. */
  readonly draw: number;
  /** What weights and images are filled with. */
  readonly fill: Fill;
  /** How large filled weights are. */
  readonly weights: WeightScale;
  /** Classes of a labelled batch. */
  readonly labels: LabelRule;
  /** What `swap:regularised` favours; a million with a spread of one unless told. */
  readonly favouredSize?: FavouredSize | undefined;
}

/** What a proxy feeds to a network. */
export interface ProxyInputs {
  /** Batches of random images. */
  readonly batches: 0 | 1 | 2;
  /** Whether each image has a class. */
  readonly labelled: boolean;
}

/** A network's score by a proxy. */
export interface Score {
  /** Higher is better; not finite where the network's numbers overflow. */
  readonly value: number;
  /** Named numbers that the value is made of, or that stand beside it. */
  readonly parts?: Readonly<Record<string, number>>;
}

/** How a score is computed from the ranks of a network's parts in a population. */
export interface RankCombination {
  /** The parts of a score that are ranked; each is better when it is higher. */
  readonly parts: readonly string[];
  /** The score for a network's ranks, one a part, 1 (lowest) to `size` (highest), ties at their mean; higher is better. */
  combine(ranks: readonly number[], size: number): number;
}

/** A zero-shot proxy. */
export interface Proxy {
  /** What the command line and configurations call it. */
  readonly name: string;
  /** One sentence for `--help`: what it measures. */
  readonly summary: string;
  /** Named formulas, the default first. */
  readonly variants: readonly [string, ...string[]];
  /** What it feeds to the network. */
  readonly inputs: ProxyInputs;
  /** Whether it evaluates the network, so that `score` is given a backend. */
  readonly needsBackend: boolean;
  /** The scale of drawn weights that its source prescribes, where it matters; comparisons take `scaled` without it. */
  readonly weights?: WeightScale;
  /** How scores in a population come from ranks of parts; the value of `score` is then that of a network without others. */
  readonly ranking?: RankCombination;
  /** The score without a promise, of a proxy that only counts: such a proxy can be a screen of a cascade. */
  count?(design: NetworkDesign, settings: ScoringSettings): number;
  /** The network's score. The same network and settings give the same score. */
  score(design: NetworkDesign, settings: ScoringSettings, backend?: Backend): Promise<Score>;
}
