/** Proxies that only count. A proxy that ranks no better than these is not worth its cost. */
import { Random } from "../../numeric/random.ts";
import type { NetworkDesign } from "../design.ts";
import type { Proxy, ScoringSettings } from "../proxy.ts";

type Counter = (design: NetworkDesign, settings: ScoringSettings) => number;

function counting(name: string, summary: string, count: Counter): Proxy {
  return {
    name,
    summary,
    variants: ["reference"],
    inputs: { batches: 0, labelled: false },
    needsBackend: false,
    count,
    score: (design, settings) => Promise.resolve({ value: count(design, settings) }),
  };
}

/** Parameters, of structures in Zen-NAS's counting (see `referenceCost`). */
export const params: Proxy = counting(
  "params",
  "parameters, as Zen-NAS counts them",
  (design) => design.cost().parameters,
);

/** Multiply-adds, of structures in Zen-NAS's counting, which adds c·r² a batch norm. */
export const flops: Proxy = counting(
  "flops",
  "multiply-adds of one image, as Zen-NAS counts them",
  (design) => design.cost().macs,
);

/** The layers of all blocks. */
export const layers: Proxy = counting("layers", "layers of all blocks", (design) => design.cost().layers);

/** A hash of a text to a non-negative safe integer, so that a random score depends on its structure alone. */
function hash(text: string): number {
  let high = 0x811c9dc5, low = 0x1b873593;
  for (let index = 0; index < text.length; index++) {
    high = Math.imul(high ^ text.charCodeAt(index), 0x01000193);
    low = Math.imul(low ^ text.charCodeAt(index), 0x85ebca6b);
  }
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}

/** A draw from N(0,1) for each network: a search without guidance, to compare others with. */
export const random: Proxy = counting(
  "random",
  "a normal draw a network: a search without guidance",
  ({ text }, { seed, draw }) => {
    const draws = new Random(seed, hash(text));
    for (let skipped = 0; skipped < draw; skipped++) draws.normal();
    return draws.normal();
  },
);
