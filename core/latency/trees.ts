/**
 * Gradient-boosted regression trees (Friedman 2001) with squared loss: histograms of binned features and growth leaf by
 * leaf, as LightGBM does (Ke et al., NeurIPS 2017). Without random choices, so the same rows give the same trees.
 */
import { type BinnedRows, binRows } from "./tree_bins.ts";
import { growTree } from "./tree_growth.ts";

/**
 * Trees as flat arrays. Node i is a leaf where `feature[i]` is −1. Otherwise a row goes on at node i + 1 where its feature
 * is at most `threshold[i]`, at node `right[i]` else. Both come after i, so that every walk ends.
 */
export interface Trees {
  /** What all trees add to. */
  readonly base: number;
  /** The first node of each tree. */
  readonly roots: readonly number[];
  /** The feature that a node compares, or −1. */
  readonly feature: readonly number[];
  /** What it is compared with; at a leaf, what the tree adds. */
  readonly threshold: readonly number[];
  /** Where rows above the threshold go on; 0 at a leaf. */
  readonly right: readonly number[];
}

/** How trees are grown. */
export interface TreeSettings {
  /** How many; default: 300. */
  readonly trees?: number;
  /** Leaves of each; default: 31. */
  readonly leaves?: number;
  /** The share of its correction that each tree makes; default: 0.06. */
  readonly rate?: number;
  /** Rows that a leaf has at least; default: 8. */
  readonly rowsPerLeaf?: number;
}

/** Rows to learn from. */
export interface TreeData {
  /** rows × width features, row after row. */
  readonly features: Float64Array;
  /** Features of a row. */
  readonly width: number;
  /** What to predict, one number a row. */
  readonly targets: Float64Array;
}

/** Keeps six significant digits: what is stored is what is used. */
const rounded = (value: number): number => Number(value.toPrecision(6));

/** Grows trees on rows. Throws RangeError for none. */
export function fitTrees({ features, width, targets }: TreeData, settings: TreeSettings = {}): Trees {
  const { trees = 300, leaves = 31, rate = 0.06, rowsPerLeaf = 8 } = settings, rows = targets.length;
  if (rows === 0) throw new RangeError("Cannot grow trees as there are no rows");
  const base = rounded(targets.reduce((sum, value) => sum + value, 0) / rows);
  const binned: BinnedRows = binRows(features, { width, rows }), residuals = targets.map((value) => value - base);
  const grown = { roots: [] as number[], feature: [] as number[], threshold: [] as number[], right: [] as number[] };
  for (let tree = 0; tree < trees; tree++) {
    grown.roots.push(grown.feature.length);
    growTree(grown, { binned, residuals, leaves, rowsPerLeaf, rate });
  }
  return { base, ...grown };
}

/** Trees as typed arrays, which walk fast. */
export class CompiledTrees {
  readonly #base: number;
  readonly #roots: Int32Array;
  readonly #feature: Int32Array;
  readonly #threshold: Float64Array;
  readonly #right: Int32Array;

  constructor({ base, roots, feature, threshold, right }: Trees) {
    this.#base = base;
    this.#roots = Int32Array.from(roots);
    this.#feature = Int32Array.from(feature);
    this.#threshold = Float64Array.from(threshold);
    this.#right = Int32Array.from(right);
  }

  /** The sum of all trees for the row of features that starts at `at`. */
  predict(features: Float64Array, at: number): number {
    const feature = this.#feature, threshold = this.#threshold, right = this.#right, roots = this.#roots;
    let sum = this.#base;
    for (let tree = 0; tree < roots.length; tree++) {
      let node = roots[tree]!, compared = feature[node]!;
      while (compared >= 0) {
        node = features[at + compared]! <= threshold[node]! ? node + 1 : right[node]!;
        compared = feature[node]!;
      }
      sum += threshold[node]!;
    }
    return sum;
  }
}

/** What keeps arrays from being trees whose walks end and stay inside, or undefined. */
export function whyNoTrees({ roots, feature, threshold, right }: Trees, width: number): string | undefined {
  const nodes = feature.length;
  if (threshold.length !== nodes || right.length !== nodes) return "feature, threshold and right must be equally long";
  if (roots.length > 0 !== nodes > 0 || (nodes > 0 && roots[0] !== 0)) return "the first tree must start at node 0";
  for (let tree = 0; tree < roots.length; tree++) {
    const start = roots[tree]!, end = roots[tree + 1] ?? nodes;
    if (!Number.isInteger(start) || !(start < end) || end > nodes) return `tree ${tree} must start before the next`;
    for (let node = start; node < end; node++) {
      if (feature[node] === -1) continue;
      if (!Number.isInteger(feature[node]) || feature[node]! < 0 || feature[node]! >= width) {
        return `node ${node} must compare one of ${width} features: got ${feature[node]}`;
      }
      if (!Number.isInteger(right[node]) || right[node]! <= node + 1 || right[node]! >= end) {
        return `node ${node} must go on inside its tree and after itself: got ${right[node]}`;
      }
    }
  }
  return undefined;
}
