/** What a calibration measures: kernels and networks drawn from a search space, spread evenly over what it offers. */
import { type NamedDesign, structureDesign } from "../networks/design.ts";
import { printStructure, type Structure } from "../networks/masternet/mod.ts";
import { Random } from "../numeric/random.ts";
import { failsCandidate } from "../scoring/candidate_error.ts";
import { type Kernel, kernelSignature } from "./kernel.ts";
import { kernelsOf, type NetworkKernels, type RuntimeName } from "./network_kernels.ts";
import { defaultRoofline, lnRooflineMs } from "./roofline.ts";

/** Where networks come from: structures, and how to vary them. */
export interface LatencySpace {
  /** A variation of a structure by random decisions, such as a search's mutation. */
  readonly vary: (structure: Structure, random: Random) => Structure;
  /** Where walks start; one at least. */
  readonly starts: readonly Structure[];
  /** Outputs of the classifier. */
  readonly classes: number;
  /** Which structures a search would take, such as those within its budgets; default: all. */
  readonly accepts?: (structure: Structure) => boolean;
}

/** How to draw. */
export interface LatencyDraw {
  /** How many, at most 20,000; fewer are given where the space has no more. */
  readonly count: number;
  /** A non-negative safe integer. */
  readonly seed: number;
  /** Rows and columns of the input image. */
  readonly resolution: number;
  /** Images of a batch. */
  readonly batch: number;
  /** What the runtime fuses; default: `zennas`. */
  readonly runtime?: RuntimeName;
}

/** A network that was drawn. */
export interface DrawnNetwork extends NetworkKernels {
  /** Its design, to run it. */
  readonly design: NamedDesign;
}

const MAX_COUNT = 20_000;
/** Most mutations from a start: far enough to reach every block, near enough to stay networks of its kind. */
const MAX_STEPS = 24;
/** Networks that are looked at for each that is drawn. */
const POOL_FACTOR = 8;
const MAX_POOL = 2_000;
/** Which decisions of the seed: walks count from 0, choices and orders from here. */
const CHOICES = 2 ** 40;

function requireCount({ count }: LatencyDraw): void {
  if (Number.isInteger(count) && count >= 1 && count <= MAX_COUNT) return;
  throw new RangeError(`Cannot draw as count is an integer from 1 to ${MAX_COUNT}: got ${count}`);
}

/** One walk from a start: a number of mutations, each kept if the search would take it. */
function walk({ vary, starts, accepts = () => true }: LatencySpace, random: Random): Structure {
  let structure = random.pick(starts);
  for (let steps = 1 + random.below(MAX_STEPS); steps > 0; steps--) {
    const next = vary(structure, random);
    if (accepts(next)) structure = next;
  }
  return structure;
}

/** The network of walk `index`, or undefined where it is none at this resolution. */
function walked(space: LatencySpace, draw: LatencyDraw, index: number): DrawnNetwork | undefined {
  const { resolution, batch, runtime = "zennas" } = draw, structure = walk(space, new Random(draw.seed, index));
  const design = structureDesign(structure, { classes: space.classes, resolution });
  try {
    return { design, ...kernelsOf(design, { batch, runtime }), text: printStructure(structure) };
  } catch (error) {
    if (!(error instanceof RangeError || failsCandidate(error))) throw error;
    return undefined;
  }
}

/** Networks of successive walks, each once, until there are enough or walks find no new ones. */
function* walks(space: LatencySpace, draw: LatencyDraw): Generator<DrawnNetwork> {
  if (space.starts.length === 0) throw new RangeError("Cannot draw from a space as it has no structure to start at");
  const seen = new Set<string>();
  for (let index = 0, missed = 0; missed < 200; index++) {
    const network = walked(space, draw, index);
    if (!network || seen.has(network.text)) missed++;
    else {
      missed = 0;
      seen.add(network.text);
      yield network;
    }
  }
}

/**
 * One of each of so many equal parts of a list that is in order. Where the list is shorter, all of it.
 */
function onePerPart<T>(sorted: readonly T[], parts: number, random: Random): T[] {
  if (sorted.length <= parts) return [...sorted];
  return Array.from({ length: parts }, (_, part) => {
    const from = Math.floor(part * sorted.length / parts), to = Math.floor((part + 1) * sorted.length / parts);
    return sorted[from + random.below(to - from)]!;
  });
}

function shuffled<T>(list: readonly T[], random: Random): T[] {
  const order = [...list];
  for (let at = order.length - 1; at > 0; at--) {
    const other = random.below(at + 1);
    [order[at], order[other]] = [order[other]!, order[at]!];
  }
  return order;
}

/** What a kernel takes on no device in particular, as a logarithm: what draws are spread over. */
const lnCost = (kernel: Kernel): number => lnRooflineMs(defaultRoofline, kernel, 4);

const networkCost = ({ kernels }: NetworkKernels): number =>
  kernels.reduce((sum, { kernel, count }) => sum + count * Math.exp(lnCost(kernel)), 0);

const byCostThenName = <T>(cost: (item: T) => number, name: (item: T) => string) => (a: T, b: T): number =>
  cost(a) - cost(b) || (name(a) < name(b) ? -1 : 1);

/**
 * Networks of a space for a calibration: the space's walks, one of each of `count` equal parts by estimated latency, in
 * random order. The same arguments give the same networks. Throws RangeError for a count out of bounds, and for a space
 * without a start.
 */
export function drawNetworks(space: LatencySpace, draw: LatencyDraw): DrawnNetwork[] {
  requireCount(draw);
  const random = new Random(draw.seed, CHOICES),
    most = Math.max(draw.count, Math.min(MAX_POOL, draw.count * POOL_FACTOR));
  const pool = walks(space, draw).take(most).map((network) => ({ ...network, cost: networkCost(network) })).toArray();
  const sorted = pool.sort(byCostThenName(({ cost }) => cost, ({ text }) => text));
  return shuffled(onePerPart(sorted, draw.count, random), random).map(({ cost: _, ...network }) => network);
}

/** How many of each group are taken so that the groups share `count` evenly: small groups whole, the rest alike. */
function sharesOf(sizes: readonly number[], count: number): number[] {
  const shares = sizes.map(() => 0), order = sizes.map((_, index) => index).sort((a, b) => sizes[a]! - sizes[b]!);
  let left = count;
  order.forEach((index, place) => {
    shares[index] = Math.min(sizes[index]!, Math.floor(left / (order.length - place)));
    left -= shares[index]!;
  });
  return shares;
}

/**
 * Kernels of a space for a calibration: those of its walks, divided by kind, window and stride into groups that share
 * `count` evenly, each spread over estimated latencies; in random order. The same arguments give the same kernels. Throws
 * as {@link drawNetworks} does.
 *
 * @example
 * ```ts
 * import { drawKernels, mutate, parseStructure, publishedSpaces } from "@zennas/zennas";
 * const starts = [parseStructure("SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,2,8,1)")];
 * const mutation = { space: publishedSpaces.XXBL, replacements: 1 };
 * const kernels = drawKernels({
 *   starts,
 *   classes: 10,
 *   vary: (parent, random) => mutate(parent, random, mutation),
 * }, { count: 20, seed: 1, resolution: 32, batch: 8 });
 * if (kernels.length !== 20 || new Set(kernels.map(({ key }) => key)).size !== 20) throw new Error();
 * ```
 */
export function drawKernels(space: LatencySpace, draw: LatencyDraw): Kernel[] {
  requireCount(draw);
  const random = new Random(draw.seed, CHOICES + 1), found = new Map<string, Kernel>();
  let networks = 0;
  for (const { kernels } of walks(space, draw)) {
    for (const { kernel } of kernels) found.set(kernel.key, kernel);
    if (++networks >= MAX_POOL || found.size >= draw.count * POOL_FACTOR) break;
  }
  const groups = [...Map.groupBy(found.values(), kernelSignature)].sort(([a], [b]) => a < b ? -1 : 1);
  const shares = sharesOf(groups.map(([, { length }]) => length), draw.count);
  const taken = groups.flatMap(([, group], index) =>
    onePerPart(group.sort(byCostThenName(lnCost, ({ key }) => key)), shares[index]!, random)
  );
  return shuffled(taken, random);
}
