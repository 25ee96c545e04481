/** Bins: each feature as a small integer, so that a tree looks for its splits in short histograms. */

/** Bins of a feature at most. */
export const MAX_BINS = 128;

/** Rows with their features as numbers of bins. */
export interface BinnedRows {
  /** How many rows. */
  readonly rows: number;
  /** Bin of each row, feature after feature. */
  readonly bins: readonly Uint8Array[];
  /** For each feature, the value between a bin and the next. */
  readonly edges: readonly Float64Array[];
  /** For each feature, the bins of the features before it. */
  readonly offsets: readonly number[];
  /** Bins of all features. */
  readonly total: number;
}

/** The middles between neighbouring values that part the rows into near-equal bins. */
function edgesOf(values: Float64Array): Float64Array {
  const sorted = values.toSorted(),
    distinct = sorted.filter((value, index) => index === 0 || value !== sorted[index - 1]);
  const middle = (a: number, b: number): number => Number(((a + b) / 2).toPrecision(6));
  if (distinct.length <= MAX_BINS) {
    return Float64Array.from({ length: distinct.length - 1 }, (_, i) => middle(distinct[i]!, distinct[i + 1]!));
  }
  const edges = new Set<number>();
  for (let bin = 1; bin < MAX_BINS; bin++) {
    const value = sorted[Math.floor(bin * sorted.length / MAX_BINS)]!, next = sorted.find((other) => other > value);
    if (next !== undefined) edges.add(middle(value, next));
  }
  return Float64Array.from(edges).sort();
}

function binOf(edges: Float64Array, value: number): number {
  let low = 0, high = edges.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (value <= edges[middle]!) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Bins the features of rows, given row after row. */
export function binRows(
  features: Float64Array,
  { width, rows }: { readonly width: number; readonly rows: number },
): BinnedRows {
  const columns = Array.from(
    { length: width },
    (_, feature) => Float64Array.from({ length: rows }, (_, row) => features[row * width + feature]!),
  );
  const edges = columns.map(edgesOf), offsets: number[] = [];
  let total = 0;
  for (const { length } of edges) {
    offsets.push(total);
    total += length + 1;
  }
  const bins = columns.map((column, i) => Uint8Array.from(column, (value) => binOf(edges[i]!, value)));
  return { rows, bins, edges, offsets, total };
}
