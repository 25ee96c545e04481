/** Several proxies as one, whose scores are made of the ranks of theirs. */
import type { Backend } from "../graph/backend.ts";
import { CandidateError } from "./candidate_error.ts";
import type { NetworkDesign } from "./design.ts";
import { scoreDraw } from "./draw_score.ts";
import type { Proxy, Score, ScoringSettings } from "./proxy.ts";
import { logRanking } from "./ranking.ts";

/** A proxy among others. */
export interface WeightedProxy {
  /** What its score is called beside those of the others, such as `zen` or `zen:paper`. */
  readonly key: string;
  /** The formula. */
  readonly proxy: Proxy;
  /** One of its variants. */
  readonly variant: string;
  /** How much its rank counts, above 0. */
  readonly weight: number;
}

/** The numbers of a score that are ranked, by the names that they have in a combination. */
function rankedParts({ key, proxy }: WeightedProxy, { value, parts = {} }: Score): readonly [string, number][] {
  if (!proxy.ranking) return [[key, value]];
  return proxy.ranking.parts.map((part) => [`${key}.${part}`, parts[part] ?? NaN]);
}

/** The weights of a proxy's ranked numbers: it shares its own among them. */
function rankedWeights({ key, proxy, weight }: WeightedProxy): readonly [string, number][] {
  const parts = proxy.ranking?.parts.map((part) => `${key}.${part}`) ?? [key];
  return parts.map((part) => [part, weight / parts.length]);
}

/** What several proxies feed to a network together. */
function inputsOf(all: readonly Proxy[]): Proxy["inputs"] {
  const batches = all.map(({ inputs }) => inputs.batches);
  return {
    batches: batches.reduce((most, own) => own > most ? own : most, 0),
    labelled: all.some(({ inputs }) => inputs.labelled),
  };
}

async function scoreAll(
  members: readonly WeightedProxy[],
  { design, settings, backend }: {
    readonly design: NetworkDesign;
    readonly settings: ScoringSettings;
    readonly backend: Backend | undefined;
  },
): Promise<Score> {
  const all: [string, number][] = [];
  // One after the other, as each may hold hundreds of megabytes.
  for (const member of members) {
    const score = await scoreDraw(design, { ...member, settings: { ...settings, variant: member.variant }, backend });
    all.push(...rankedParts(member, score));
  }
  const odd = all.find(([, value]) => !Number.isFinite(value));
  if (odd) throw new CandidateError(`Cannot rank a score of ${odd[0]} that is not finite: got ${odd[1]}`);
  return { value: 0, parts: Object.fromEntries(all) };
}

/**
 * A proxy with the scores of others beside its own, as parts under their keys. A network for which one of these is not finite
 * fails with CandidateError, and one that ranks is refused with RangeError, as its score depends on other networks.
 *
 * @example
 * ```ts
 * import { accompanied, layers, params, parseStructure, structureDesign } from "@zennas/zennas";
 * const both = accompanied(params, [{ key: "layers", proxy: layers, variant: "reference", weight: 1 }]);
 * const design = structureDesign(parseStructure("SuperConvK3BNRELU(3,8,1,2)"), { classes: 10, resolution: 8 });
 * const { parts } = await both.score(design, { batch: 1, draw: 0, seed: 1 } as Parameters<typeof both.score>[1]);
 * if (parts?.layers !== 2) throw new Error(JSON.stringify(parts));
 * ```
 */
export function accompanied(main: Proxy, others: readonly WeightedProxy[]): Proxy {
  const ranked = [main, ...others.map(({ proxy }) => proxy)].find(({ ranking }) => ranking);
  if (ranked) {
    throw new RangeError(
      `Cannot take the score of ${ranked.name} for an objective as it ranks networks among each other`,
    );
  }
  if (others.length === 0) return main;
  const { count: _, ...rest } = main, all = [main, ...others.map(({ proxy }) => proxy)];
  return {
    ...rest,
    inputs: inputsOf(all),
    needsBackend: all.some(({ needsBackend }) => needsBackend),
    async score(design, settings, backend) {
      const { value } = await scoreDraw(design, { proxy: main, settings, backend });
      return { value, parts: (await scoreAll(others, { design, settings, backend })).parts ?? {} };
    },
  };
}

/**
 * Proxies as one that ranks: in a population of m its score is Σ weight·ln(rank/m) over the proxies, as AZ-NAS combines its
 * parts (Lee and Ham, CVPR 2024). A proxy that itself ranks parts gives them to the others, and its weight in equal shares.
 * A network for which a score is not finite fails with CandidateError.
 *
 * @example
 * ```ts
 * import { combineProxies, layers, params, rankedScores } from "@zennas/zennas";
 * const members = [params, layers].map((proxy, index) => ({ key: proxy.name, proxy, variant: "reference", weight: index + 1 }));
 * const { ranking } = combineProxies(members);
 * const [small, deep] = rankedScores([{ params: 9, layers: 1 }, { params: 8, layers: 2 }], ranking!);
 * if (small !== 2 * Math.log(1 / 2) || deep !== Math.log(1 / 2)) throw new Error();
 * ```
 */
export function combineProxies(members: readonly WeightedProxy[]): Proxy {
  return {
    name: members.map(({ key }) => key).join(","),
    summary: "several proxies, combined by rank",
    variants: ["ranks"],
    inputs: inputsOf(members.map(({ proxy }) => proxy)),
    needsBackend: members.some(({ proxy }) => proxy.needsBackend),
    ranking: logRanking(Object.fromEntries(members.flatMap(rankedWeights))),
    score: (design, settings, backend) => scoreAll(members, { design, settings, backend }),
  };
}
