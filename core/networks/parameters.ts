/** Supplies a network's parameters: draws on the device, feeds, or the published filling rule. */
import type { GraphBuilder, NodeId } from "../graph/graph.ts";
import { fanIn, type Parameter, type ParameterRole, type ParameterSource } from "./layers.ts";
import { elementCount, type Shape } from "../graph/shape.ts";

/** The streams of a seed's normal draws: tensors with different streams are independent. */
export const STREAM = { input: 0, perturbation: 1, parameters: 16, probes: 2 ** 20 } as const;

/** The name of the node that images are fed to, and of the images that the filling rule makes. */
export const IMAGE = "input";

/** How a network's weights and inputs are filled: draws of the seed, or the filling rule. */
export const fills = ["gaussian", "reference"] as const;
/** One of {@link fills}. */
export type Fill = typeof fills[number];

/**
 * Supplies one node for each parameter name, so that a network that is added to a graph twice shares its parameters.
 */
export function sharedParameters(source: ParameterSource): ParameterSource {
  const nodes = new Map<string, NodeId>();
  return (builder, parameter) => {
    const node = nodes.get(parameter.name) ?? source(builder, parameter);
    nodes.set(parameter.name, node);
    return node;
  };
}

/**
 * Parameters drawn from N(0,1), each from a stream of its own, then scaled and shifted by a rule; those that the rule
 * scales by 0 are constants. The default rule is `unit`, Zen-NAS's initialisation: weights of convolutions and linear
 * layers ~ N(0,1), biases 0, normalisations the identity.
 */
export function gaussianParameters(rule: FillingRule = fillingRules.unit): ParameterSource {
  let stream: number = STREAM.parameters;
  return sharedParameters((builder, parameter) => {
    const { shape } = parameter, { scale, shift } = rule(parameter);
    if (scale === 0) return builder.add("constant", [], { shape, values: [shift] });
    const drawn = builder.add("gaussian", [], { shape, stream: stream++ });
    return scale === 1 && shift === 0 ? drawn : builder.add("affine", [drawn], { scale, shift });
  });
}

/** Makes every parameter an input of the graph, to be fed under its own name, or under what `nameOf` makes of it. */
export function fedParameters(nameOf: (parameter: string) => string = (name) => name): ParameterSource {
  return sharedParameters((builder: GraphBuilder, { name, shape }: Parameter) =>
    builder.add("input", [], { name: nameOf(name), shape })
  );
}

/** The 32-bit FNV-1a hash of a string's UTF-8 bytes. */
export function fnv1a(text: string): number {
  return new TextEncoder().encode(text).reduce((hash, byte) => Math.imul(hash ^ byte, 0x01000193), 0x811c9dc5);
}

/**
 * The filling rule: the values of a tensor depend on its name alone and are uniform with variance 1, so that any
 * implementation can be compared with any other. With PyTorch's element order (OIHW weights, NCHW inputs), value i is
 * `(2·u − 1)·√3` rounded to float32, where `u = (x>>>8)/2^24`. x is computed in unsigned 32-bit arithmetic:
 * `x = fnv1a32(name) + (i+1)·0x9E3779B9; x ^= x>>>16; x *= 0x21F0AAAD; x ^= x>>>15; x *= 0x735A2D97; x ^= x>>>15`.
 *
 * @example
 * ```ts
 * import { fillByName } from "@zennas/zennas";
 * const values = fillByName("input", 4);
 * if (!values.every((value) => Math.abs(value) <= Math.sqrt(3))) throw new Error();
 * ```
 */
export function fillByName(name: string, count: number): Float32Array {
  const hash = fnv1a(name), amplitude = Math.sqrt(3);
  const values = new Float32Array(count);
  for (let index = 0; index < count; index++) {
    let x = (hash + Math.imul(index + 1, 0x9e3779b9)) | 0;
    x = Math.imul(x ^ (x >>> 16), 0x21f0aaad);
    x = Math.imul(x ^ (x >>> 15), 0x735a2d97);
    x ^= x >>> 15;
    values[index] = (2 * ((x >>> 8) / 2 ** 24) - 1) * amplitude;
  }
  return values;
}

/**
 * Transposes PyTorch's order `[a, c, h, w]` (channels second) to `[a, h, w, c]` (channels last); `shape` is the
 * channels-last shape.
 */
export function channelsLast(values: Float32Array, shape: Shape): Float32Array {
  if (shape.length !== 4) return values;
  const [, h, w, c] = shape as readonly [number, number, number, number];
  const area = h * w, outer = area * c;
  return values.map((_, index) => {
    const within = index % outer;
    return values[index - within + (within % c) * area + Math.floor(within / c)]!;
  });
}

/** Gives the factor and the term by which a parameter's fill is scaled and shifted before it is used. */
export type FillingRule = (parameter: Parameter) => { readonly scale: number; readonly shift: number };

const identityNorm = (role: ParameterRole): { readonly scale: number; readonly shift: number } => ({
  scale: 0,
  shift: role === "norm_weight" || role === "running_variance" ? 1 : 0,
});

const isWeight = (role: ParameterRole): boolean => role === "conv_weight" || role === "linear_weight";

/**
 * The published fillings. `unit`: weights of variance 1, everything else as initialised. `scaled`: weights ·
 * √(2/fan-in), everything else as initialised. `trained`: weights as in `scaled`, biases 0.1·fill, and normalisations
 * near the identity, including their running statistics.
 */
export const fillingRules: Readonly<Record<"unit" | "scaled" | "trained", FillingRule>> = {
  unit: ({ role }) => isWeight(role) ? { scale: 1, shift: 0 } : identityNorm(role),
  scaled: (parameter) =>
    isWeight(parameter.role) ? { scale: Math.sqrt(2 / fanIn(parameter)), shift: 0 } : identityNorm(parameter.role),
  trained: (parameter) => {
    if (isWeight(parameter.role)) return { scale: Math.sqrt(2 / fanIn(parameter)), shift: 0 };
    if (parameter.role === "running_variance") return { scale: 0.25, shift: 1 };
    return { scale: 0.1, shift: parameter.role === "norm_weight" ? 1 : 0 };
  },
};

/**
 * Feeds, by the filling rule, for a network whose parameters are {@link fedParameters}. They are scaled and shifted in
 * float32, as the published values were: with other rounding, scores of deep networks change by 1e-4.
 */
export function filledParameters(parameters: readonly Parameter[], rule: FillingRule): Record<string, Float32Array> {
  return Object.fromEntries(parameters.map((parameter) => {
    const { scale, shift } = rule(parameter), factor = Math.fround(scale), term = Math.fround(shift);
    const fill = channelsLast(fillByName(parameter.name, elementCount(parameter.shape)), parameter.shape);
    return [parameter.name, fill.map((value) => Math.fround(value * factor) + term)];
  }));
}

/** A feed for an input `[n, h, w, c]`, by the filling rule. */
export function filledInput(name: string, shape: Shape): Record<string, Float32Array> {
  return { [name]: channelsLast(fillByName(name, elementCount(shape)), shape) };
}
