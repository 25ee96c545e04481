/**
 * Finds operators that a phone's delegates would not run, or would run slowly. A delegate takes over contiguous parts
 * of the graph. Each operator that it leaves to the interpreter splits such a part in two, which costs more than the
 * operator's own time. By default the GPU's delegate takes over only the longest part.
 *
 * delegates.ts names the sources of what the delegates support; the window sizes of XNNPACK's depthwise kernels are
 * from its src/configs/dwconv-config.c.
 */
import { FAST_TAPS, gpuVersions, xnnpackCustom, xnnpackFloat, xnnpackQuantized } from "./delegates.ts";
import type { FileGraph, FileOperator, FileTensor } from "./file.ts";

/** A delegate: a library that runs operators instead of the interpreter. */
export type Delegate = "XNNPACK" | "GPU";

/** A property of an operator that costs time on a phone. */
export interface Finding {
  /** The operator's index. */
  readonly operator: number;
  /** The operator's name. */
  readonly name: string;
  /** The delegate that it concerns. */
  readonly delegate: Delegate;
  /** `leaves`: the delegate leaves the operator to the interpreter; `slow`: the delegate has no fast kernel for it. */
  readonly effect: "leaves" | "slow";
  /** The reason. */
  readonly reason: string;
}

/** An operator and its tensors. */
interface Site {
  readonly operator: FileOperator;
  readonly inputs: readonly (FileTensor | undefined)[];
  readonly outputs: readonly (FileTensor | undefined)[];
}

type Rule = (site: Site) => Pick<Finding, "delegate" | "effect" | "reason"> | undefined;

const biased: ReadonlySet<string> = new Set(["CONV_2D", "DEPTHWISE_CONV_2D"]);

/**
 * How much longer depthwise windows of 7×7 take in 8 bits than in float32: a whole network of them, measured on one thread
 * of x86-64 by ai-edge-litert 2.3.0 (docs/mobile.md).
 */
export const SLOWER_IN_8_BITS = 4.6;
/** The most tensors that XNNPACK's delegate concatenates at once. */
const MOST_CONCATENATED = 5;
/** The most dimensions of the GPU delegate's tensors. */
const MOST_GPU_DIMENSIONS = 4;

/**
 * The limits of XNNPACK's 8-bit kernels: for a sum, of the ratio of each input's scale to the output's; for a product,
 * of the ratio of the product of the inputs' scales to the output's.
 */
const SCALES = { ADD: { least: 2 ** -10, below: 2 ** 8 }, MUL: { least: 2 ** -16, below: 2 ** 8 } } as const;

const isQuantized = (tensor: FileTensor | undefined): boolean => tensor?.type === "INT8" || tensor?.type === "UINT8";

const leaves = (delegate: Delegate, reason: string) => ({ delegate, effect: "leaves", reason }) as const;

/** The ratios of scales that XNNPACK compares for sums and products of 8-bit tensors; none for other tensors. */
function scaleRatios({ operator: { name }, inputs, outputs }: Site): readonly number[] {
  const [left, right, output] = [...inputs, ...outputs].map((tensor) => tensor?.quantization?.scales[0]);
  if (!inputs.every(isQuantized) || left === undefined || right === undefined || output === undefined) return [];
  return name === "ADD" ? [left / output, right / output] : [left * right / output];
}

const xnnpackRules: readonly Rule[] = [
  ({ operator: { name, custom } }) => {
    if (custom && xnnpackCustom.has(name)) return undefined;
    const known = xnnpackFloat.has(name) || xnnpackQuantized.has(name);
    return known ? undefined : leaves("XNNPACK", "the delegate does not know the operator");
  },
  ({ operator: { name }, inputs: [x] }) =>
    xnnpackFloat.has(name) && isQuantized(x) ? leaves("XNNPACK", "the delegate knows it in float32 only") : undefined,
  ({ operator: { name }, inputs: [x, weight] }) =>
    name === "DEPTHWISE_CONV_2D" && x?.type === "FLOAT32" && isQuantized(weight)
      ? leaves("XNNPACK", "the delegate takes no 8-bit depthwise weights with float activations")
      : undefined,
  ({ operator: { name }, inputs: [, , bias] }) =>
    biased.has(name) && !bias ? leaves("XNNPACK", "the delegate takes no convolution without a bias") : undefined,
  ({ operator: { name }, inputs }) =>
    name === "CONCATENATION" && inputs.length > MOST_CONCATENATED
      ? leaves("XNNPACK", `the delegate concatenates at most ${MOST_CONCATENATED} tensors: got ${inputs.length}`)
      : undefined,
  (site) => {
    const range = SCALES[site.operator.name as keyof typeof SCALES];
    const wrong = range && scaleRatios(site).find((ratio) => ratio < range.least || ratio >= range.below);
    return wrong === undefined ? undefined : leaves("XNNPACK", "its inputs' scales are too far from its output's");
  },
  ({ operator: { name }, inputs: [x, weight] }) => {
    const [, kh = 0, kw = 0] = weight?.shape ?? [];
    if (name !== "DEPTHWISE_CONV_2D" || kh * kw <= FAST_TAPS || isQuantized(weight) && !isQuantized(x)) {
      return undefined;
    }
    const measured = isQuantized(x) ? `; in 8 bits it takes ${SLOWER_IN_8_BITS} × as long as in float32 (x86-64)` : "";
    const reason = `there is no fast kernel for a depthwise window of ${kh}×${kw}, only for up to 5×5${measured}`;
    return { delegate: "XNNPACK", effect: "slow", reason };
  },
];

const gpuRules: readonly Rule[] = [
  ({ operator: { name, version } }) => {
    const most = gpuVersions.get(name);
    if (most === undefined) return leaves("GPU", "the delegate does not know the operator");
    return version > most ? leaves("GPU", `the delegate knows it up to version ${most}: got ${version}`) : undefined;
  },
  ({ inputs, outputs }) =>
    [...inputs, ...outputs].some((tensor) => (tensor?.shape.length ?? 0) > MOST_GPU_DIMENSIONS)
      ? leaves("GPU", `the delegate takes tensors of up to ${MOST_GPU_DIMENSIONS} dimensions`)
      : undefined,
];

const rules: readonly Rule[] = [...xnnpackRules, ...gpuRules];

/** Lists what would cost time on a phone, operator by operator. */
export function lintGraph({ operators, tensors }: FileGraph): Finding[] {
  return operators.flatMap((operator, index) => {
    const [inputs, outputs] = [operator.inputs, operator.outputs].map((ids) => ids.map((id) => tensors[id]));
    const site: Site = { operator, inputs: inputs!, outputs: outputs! };
    return rules.flatMap((rule) => {
      const found = rule(site);
      return found ? [{ operator: index, name: operator.name, ...found }] : [];
    });
  });
}
