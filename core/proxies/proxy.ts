/** What a zero-shot proxy is: a number for a structure and a seed, higher is better, without training. */
import type { Backend } from "../backend.ts";
import type { NetworkForm, Structure } from "../masternet/mod.ts";

/** How a network's weights and inputs are filled before it is scored. */
export type Fill = "gaussian" | "reference";

/** Everything but the structure that a score depends on. */
export interface ScoringSettings {
  /** Resolution, classes and switches of the network. */
  readonly form: NetworkForm;
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
  /** Draws of the seed, or the filling rule. */
  readonly fill: Fill;
}

/** A zero-shot proxy. */
export interface Proxy {
  /** What the command line and configurations call it. */
  readonly name: string;
  /** One sentence for `--help`: what it measures. */
  readonly summary: string;
  /** Named formulas, the default first. */
  readonly variants: readonly [string, ...string[]];
  /** Whether it evaluates the network, so that `score` is given a backend. */
  readonly needsBackend: boolean;
  /**
   * The structure's score, higher is better; not finite where the network's numbers overflow. The same structure and
   * settings give the same score.
   */
  score(structure: Structure, settings: ScoringSettings, backend?: Backend): Promise<number>;
}
