/** What docs/proxies.md compares: proxies in groups of one cost, on both benchmarks. */

/** A run of `zen correlate`. */
export interface Comparison {
  /** Names its folder. */
  readonly name: string;
  readonly benchmark: "nasbench201" | "nasbench-macro";
  /** The benchmark's file below the folder of data. */
  readonly data: string;
  readonly proxies: readonly string[];
  /** Networks to draw. */
  readonly sample: number;
  readonly seeds: number;
  readonly batch: number;
}

const files = {
  "nasbench201": "nasbench201/nats_bench.csv",
  "nasbench-macro": "nasbench-macro/nas-bench-macro_cifar10.json",
} as const;

/** Proxies of one cost, and how much of a benchmark they are tried on. */
const groups = [
  {
    suffix: "16",
    proxies: ["zen", "naswot", "meco", "swap", "synflow", "l2_norm", "mae_det", "deepmad:entropy", "params", "flops"],
    sample: 300,
    seeds: 3,
    batch: 16,
  },
  {
    suffix: "8",
    proxies: ["grad_norm", "snip", "fisher", "plain", "jacob_cov", "zico", "az_nas"],
    sample: 300,
    seeds: 3,
    batch: 8,
  },
  { suffix: "8-dear", proxies: ["te_nas", "te_nas_rank", "grasp"], sample: 300, seeds: 3, batch: 8 },
] as const;

/** Every comparison, cheap ones first. */
export const comparisons: readonly Comparison[] = groups.flatMap(({ suffix, ...group }) =>
  (["nasbench201", "nasbench-macro"] as const).map((benchmark) => ({
    name: `${benchmark}-${suffix}`,
    benchmark,
    data: files[benchmark],
    ...group,
  }))
);

/** Spearman correlations on all of NAS-Bench-201's CIFAR-10 accuracies as others published them: lowest and highest. */
export const published: Readonly<Record<string, readonly [low: number, high: number]>> = {
  params: [0.75, 0.75],
  flops: [0.75, 0.75],
  synflow: [0.74, 0.77],
  naswot: [0.74, 0.76],
  jacob_cov: [0.73, 0.8],
  grad_norm: [0.44, 0.59],
  snip: [0.59, 0.61],
  grasp: [0.46, 0.51],
  fisher: [0.36, 0.36],
  zen: [0.1, 0.37],
  te_nas: [0.72, 0.72],
  zico: [0.78, 0.8],
  swap: [0.81, 0.81],
  az_nas: [0.75, 0.91],
  vkdnw: [0.82, 0.82],
};
