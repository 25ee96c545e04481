/** Benchmarks: networks whose accuracy after training is known, to hold proxies against. */
import type { NetworkDesign } from "../scoring/design.ts";
import { Random } from "../numeric/random.ts";

/** A space of networks, each with a text of its own. */
export interface Benchmark {
  /** What the benchmark is called. */
  readonly name: string;
  /** The network of a text. Throws {@link ArchitectureError} for a text that is none. */
  design(text: string): NetworkDesign;
  /** A text that is the same for all texts of one network. Throws {@link ArchitectureError}. */
  classOf(text: string): string;
}

/** A network that was trained. */
export interface TrainedNetwork {
  /** Its text in the benchmark. */
  readonly text: string;
  /** Test accuracy, percent. */
  readonly accuracy: number;
}

/** A text is no network of its benchmark. */
export class ArchitectureError extends RangeError {
  static {
    this.prototype.name = "ArchitectureError";
  }

  /** The text. */
  readonly text: string;

  /** An error about a text and the rule that it breaks. */
  constructor(text: string, rule: string) {
    super(`Cannot make a network as ${rule}: got ${text}`);
    this.text = text;
  }
}

/** How to draw a sample. */
export interface Sampling {
  /** Networks to draw; all of them where there are no more. */
  readonly count: number;
  /** Decides the draw. A larger sample of the same seed begins with the smaller one. */
  readonly seed: number;
}

/** Draws networks without repetition, the first of each class of equal networks standing for it. */
export function sampleNetworks(
  networks: Iterable<TrainedNetwork>,
  benchmark: Pick<Benchmark, "classOf">,
  { count, seed }: Sampling,
): readonly TrainedNetwork[] {
  const classes = new Map<string, TrainedNetwork>();
  for (const network of networks) {
    const key = benchmark.classOf(network.text);
    if (!classes.has(key)) classes.set(key, network);
  }
  const remaining = [...classes.values()], random = new Random(seed, 0), sample: TrainedNetwork[] = [];
  while (sample.length < count && remaining.length > 0) {
    const drawn = random.below(remaining.length), last = remaining.pop()!;
    sample.push(remaining[drawn] ?? last);
    if (drawn < remaining.length) remaining[drawn] = last;
  }
  return sample;
}
