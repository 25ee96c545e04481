/** What parameters begin with: draws that depend on the seed and on the parameter's name alone, in float32. */
import { elementCount } from "../graph/shape.ts";
import { nearestName } from "../nearest.ts";
import { fanIn, type Parameter } from "../networks/layers.ts";
import { fnv1a } from "../networks/parameters.ts";
import { fillNormal, fillUniform, type NormalDraw } from "../numeric/random.ts";
import { initialisationNames, type TrainTypes } from "./settings.ts";

/** The name of an initialisation. */
export type InitialisationName = TrainTypes["initialisation"];

/** What is drawn. */
export interface InitialisationSettings {
  /**
   * Of a weight with f inputs and g outputs (each over its whole window):
   * - `msra`: N(0, s²) with s = 3.26033·√(2/(f + g)), as Zen-NAS reads MXNet's MSRAPrelu;
   * - `custom`, Zen-NAS's own: the same, and the last normalisation of every residual branch begins with weight 0, so
   *   that the branch adds nothing at first (Goyal et al., arXiv 1706.02677);
   * - `xavier`: convolutions √2·√(2/(f + g)) (Glorot and Bengio, AISTATS 2010), linear layers as `msra`;
   * - `scaled`: 0.1/√g, as Zen-NAS's `01`;
   * - `none`, PyTorch's default: weights and biases uniform in ±1/√f (He et al., arXiv 1502.01852, with a = √5).
   *
   * All but `none` begin with biases 0, all with normalisations as the identity.
   */
  readonly name: InitialisationName;
  /** A non-negative safe integer. */
  readonly seed: number;
}

/** What of a network decides how it begins. */
export interface BeginningNetwork {
  /** Its parameters, with running statistics or without. */
  readonly parameters: readonly Parameter[];
  /** The names of the weights that close its residual branches (see `Network`). */
  readonly branchWeights: readonly string[];
}

/** 2/(1 + 0.25²)·√3: MXNet's magnitude for a PReLU of slope 0.25, times the root of 3, as Zen-NAS has it. */
const MSRA_GAIN = 3.26033;

/** How many outputs one input of a weight adds to, as PyTorch counts: groups do not lessen it. */
function fanOut({ shape }: Parameter): number {
  return elementCount(shape.slice(0, -1));
}

const xavier = (parameter: Parameter, gain: number): number =>
  gain * Math.sqrt(2 / (fanIn(parameter) + fanOut(parameter)));

const msra = (parameter: Parameter): number => xavier(parameter, MSRA_GAIN);

/** The standard deviation of a weight's draws. */
const deviations: Readonly<Record<Exclude<InitialisationName, "none">, (weight: Parameter) => number>> = {
  custom: msra,
  msra,
  xavier: (weight) => weight.role === "conv_weight" ? xavier(weight, Math.SQRT2) : msra(weight),
  scaled: (weight) => 0.1 / Math.sqrt(fanOut(weight)),
};

/** A parameter's own sequence of draws: two hashes of its name, so that no two names share one. */
const drawOf = (name: string, seed: number): NormalDraw => ({ seed, stream: fnv1a(name), draw: fnv1a(`draw ${name}`) });

/** The weight of the layer that a bias belongs to. */
function weightOf({ name }: Parameter, parameters: readonly Parameter[]): Parameter {
  const weight = parameters.find((other) => other.name === name.replace(/bias$/, "weight"));
  if (!weight) throw new RangeError(`Cannot draw ${name} as its layer has a weight: got none of its name`);
  return weight;
}

/** Uniform in ±1/√f, of a weight or of the bias beside it. */
function uniformValues({ name, shape }: Parameter, weight: Parameter, seed: number): Float32Array {
  const bound = 1 / Math.sqrt(fanIn(weight));
  return fillUniform(new Float32Array(elementCount(shape)), drawOf(name, seed)).map((value) => value * bound);
}

function normalValues({ name, shape }: Parameter, deviation: number, seed: number): Float32Array {
  return fillNormal(new Float32Array(elementCount(shape)), drawOf(name, seed)).map((value) => value * deviation);
}

function valuesOf(
  parameter: Parameter,
  { parameters, branchWeights }: BeginningNetwork,
  { name, seed }: InitialisationSettings,
): Float32Array {
  const filled = (value: number): Float32Array => new Float32Array(elementCount(parameter.shape)).fill(value);
  switch (parameter.role) {
    case "conv_weight":
    case "linear_weight":
      return name === "none"
        ? uniformValues(parameter, parameter, seed)
        : normalValues(parameter, deviations[name](parameter), seed);
    case "bias":
      return name === "none" ? uniformValues(parameter, weightOf(parameter, parameters), seed) : filled(0);
    case "norm_weight":
      return filled(name === "custom" && branchWeights.includes(parameter.name) ? 0 : 1);
    case "running_variance":
      return filled(1);
    case "norm_bias":
    case "running_mean":
      return filled(0);
  }
}

/**
 * The values with which a network's parameters begin, by name, each row-major in the parameter's shape. The same seed and
 * name give the same bits, whatever else the network has. Throws RangeError for a name or a seed that there is not.
 *
 * @example
 * ```ts
 * import { initialValues } from "@zennas/zennas";
 * const weight = { name: "fc.weight", shape: [10, 4], role: "linear_weight" } as const;
 * const { "fc.weight": values } = initialValues({ parameters: [weight], branchWeights: [] }, { name: "none", seed: 1 });
 * if (!values!.every((value) => Math.abs(value) < 0.5)) throw new Error();
 * ```
 */
export function initialValues(
  network: BeginningNetwork,
  settings: InitialisationSettings,
): Record<string, Float32Array> {
  const { name } = settings;
  if (!initialisationNames.includes(name)) {
    const near = nearestName(name, initialisationNames), hint = near === undefined ? "" : ` (did you mean ${near}?)`;
    throw new RangeError(`Cannot initialise as there is ${initialisationNames.join(", ")}: got ${name}${hint}`);
  }
  return Object.fromEntries(
    network.parameters.map((parameter) => [parameter.name, valuesOf(parameter, network, settings)]),
  );
}
