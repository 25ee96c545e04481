/** Grows one tree: the leaf whose best split gains most is split, until there are enough leaves. */
import type { BinnedRows } from "./tree_bins.ts";

/** Arrays that trees are appended to; see `Trees`. */
export interface GrownNodes {
  readonly feature: number[];
  readonly threshold: number[];
  readonly right: number[];
}

/** What a tree is grown on. */
export interface Growth {
  readonly binned: BinnedRows;
  /** What is still to be explained; the tree takes its share away. */
  readonly residuals: Float64Array;
  readonly leaves: number;
  readonly rowsPerLeaf: number;
  readonly rate: number;
}

interface Split {
  readonly gain: number;
  readonly feature: number;
  /** Rows of this bin and below go left. */
  readonly bin: number;
}

/**
 * A leaf while the tree grows: its rows are a range of the order. Its histogram has the sum of the residuals and the number
 * of rows of each bin, in turn, feature after feature.
 */
interface Leaf {
  readonly from: number;
  readonly to: number;
  readonly histogram: Float64Array;
  split: Split | undefined;
  /** Set when it was split. */
  children?: readonly [Leaf, Leaf];
}

class TreeGrowth {
  readonly #growth: Growth;
  readonly #order: Int32Array;

  constructor(growth: Growth) {
    this.#growth = growth;
    this.#order = Int32Array.from({ length: growth.binned.rows }, (_, row) => row);
  }

  grow(): Leaf {
    const root = this.#leaf(0, this.#order.length), open = [root];
    for (let leaves = 1; leaves < this.#growth.leaves; leaves++) {
      let best: Leaf | undefined;
      for (const leaf of open) if (leaf.split && leaf.split.gain > (best?.split?.gain ?? 1e-12)) best = leaf;
      if (!best) break;
      best.children = this.#divide(best, best.split!);
      open.splice(open.indexOf(best), 1, ...best.children);
    }
    return root;
  }

  /** Rows of a leaf. */
  rowsOf({ from, to }: Leaf): Int32Array {
    return this.#order.subarray(from, to);
  }

  #leaf(from: number, to: number): Leaf {
    const { residuals, binned: { bins, offsets, total } } = this.#growth, order = this.#order;
    const histogram = new Float64Array(2 * total);
    for (let feature = 0; feature < bins.length; feature++) {
      const column = bins[feature]!, base = offsets[feature]!;
      for (let place = from; place < to; place++) {
        const row = order[place]!, at = 2 * (base + column[row]!);
        histogram[at]! += residuals[row]!;
        histogram[at + 1]!++;
      }
    }
    return this.#withSplit({ from, to, histogram, split: undefined });
  }

  /** The sibling of a leaf: the parent's histogram, which nobody needs any more, less the leaf's. */
  #sibling({ histogram }: Leaf, leaf: Leaf, [from, to]: readonly [number, number]): Leaf {
    for (let at = 0; at < histogram.length; at++) histogram[at]! -= leaf.histogram[at]!;
    return this.#withSplit({ from, to, histogram, split: undefined });
  }

  #withSplit(leaf: Leaf): Leaf {
    if (leaf.to - leaf.from >= 2 * this.#growth.rowsPerLeaf) leaf.split = this.#bestSplit(leaf);
    return leaf;
  }

  #bestSplit({ from, to, histogram }: Leaf): Split | undefined {
    const { binned: { edges, offsets }, rowsPerLeaf } = this.#growth, count = to - from;
    let total = 0, gain = 0, feature = -1, bin = 0;
    for (let at = 0; at <= edges[0]!.length; at++) total += histogram[2 * at]!;
    const unsplit = total * total / count;
    for (let candidate = 0; candidate < edges.length; candidate++) {
      let sum = 0, rows = 0, at = 2 * offsets[candidate]!;
      for (let edge = 0; edge < edges[candidate]!.length; edge++, at += 2) {
        if (histogram[at + 1] === 0) continue;
        sum += histogram[at]!;
        rows += histogram[at + 1]!;
        if (rows < rowsPerLeaf) continue;
        if (count - rows < rowsPerLeaf) break;
        const better = sum * sum / rows + (total - sum) * (total - sum) / (count - rows) - unsplit;
        if (better > gain) [gain, feature, bin] = [better, candidate, edge];
      }
    }
    return feature < 0 ? undefined : { gain, feature, bin };
  }

  /** Orders the rows of a leaf so that those which go left come first. */
  #divide(leaf: Leaf, { feature, bin }: Split): readonly [Leaf, Leaf] {
    const { from, to } = leaf, column = this.#growth.binned.bins[feature]!, order = this.#order;
    const rows = order.slice(from, to);
    let middle = from;
    for (const row of rows) if (column[row]! <= bin) order[middle++] = row;
    let place = middle;
    for (const row of rows) if (column[row]! > bin) order[place++] = row;
    if (middle - from <= to - middle) {
      const left = this.#leaf(from, middle);
      return [left, this.#sibling(leaf, left, [middle, to])];
    }
    const right = this.#leaf(middle, to);
    return [this.#sibling(leaf, right, [from, middle]), right];
  }
}

/** Appends a tree that explains residuals, and takes what it explains away from them. */
export function growTree(nodes: GrownNodes, growth: Growth): void {
  const tree = new TreeGrowth(growth), { residuals, rate, binned } = growth;
  const append = (leaf: Leaf): void => {
    const at = nodes.feature.length;
    nodes.feature.push(leaf.children ? leaf.split!.feature : -1);
    nodes.threshold.push(leaf.children ? binned.edges[leaf.split!.feature]![leaf.split!.bin]! : 0);
    nodes.right.push(0);
    if (leaf.children) {
      append(leaf.children[0]);
      nodes.right[at] = nodes.feature.length;
      append(leaf.children[1]);
      return;
    }
    const rows = tree.rowsOf(leaf);
    const value = Number((rate * rows.reduce((sum, row) => sum + residuals[row]!, 0) / rows.length).toPrecision(5));
    nodes.threshold[at] = value;
    for (const row of rows) residuals[row]! -= value;
  };
  append(tree.grow());
}
