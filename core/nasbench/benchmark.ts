/** Benchmarks: sets of networks whose accuracy after training is known, with which proxies are compared. */
import type { NetworkDesign } from "../scoring/design.ts";
import { shorten } from "../shorten.ts";
import { Random } from "../numeric/random.ts";

/** A space of networks, each of which is named by a text. */
export interface Benchmark {
  /** The benchmark's name. */
  readonly name: string;
  /** The network that a text names. Throws {@link ArchitectureError} for a text that names none. */
  design(text: string): NetworkDesign;
  /** The class of a text: the same for all texts of equal networks. Throws {@link ArchitectureError}. */
  classOf(text: string): string;
}

/** A network that was trained. */
export interface TrainedNetwork {
  /** Its text in the benchmark. */
  readonly text: string;
  /** Test accuracy, percent. */
  readonly accuracy: number;
}

/** Thrown where a text names no network of its benchmark. */
export class ArchitectureError extends RangeError {
  static {
    this.prototype.name = "ArchitectureError";
  }

  /** The text. */
  readonly text: string;

  /** Creates an error about a text and the rule that it breaks. */
  constructor(text: string, rule: string) {
    super(`Cannot make a network as ${rule}: got ${shorten(text)}`);
    this.text = text;
  }
}

/** Options of a sample. */
export interface Sampling {
  /** How many networks to draw; all of them where there are fewer. */
  readonly count: number;
  /** Seed of the draw. A larger sample of the same seed begins with the smaller one. */
  readonly seed: number;
}

/** Draws networks without repetition. Of each class of equal networks only the first can be drawn. */
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
