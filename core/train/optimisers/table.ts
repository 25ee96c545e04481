/** The optimisers by name, with the hyper-parameters that they have unless told. */
import { nearestName } from "../../nearest.ts";
import { optimiserNames, type TrainTypes } from "../settings.ts";
import { adadelta, type AdadeltaSettings } from "./adadelta.ts";
import { adam, type AdamSettings, adamw } from "./adam.ts";
import type { Optimiser } from "./optimiser.ts";
import { rmsprop, type RmspropSettings } from "./rmsprop.ts";
import { sgd, type SgdSettings } from "./sgd.ts";

/** The hyper-parameters of each optimiser, by its name. */
export interface HyperParameters {
  /** Momentum, Nesterov's or not. */
  readonly sgd: SgdSettings;
  /** Running means of gradients and of their squares. */
  readonly adam: AdamSettings;
  /** The same, with weight decay apart. */
  readonly adamw: AdamSettings;
  /** A running mean of squared gradients, and momentum. */
  readonly rmsprop: RmspropSettings;
  /** Running means of squared gradients and of squared steps. */
  readonly adadelta: AdadeltaSettings;
}

/** The name of an optimiser. */
export type OptimiserName = TrainTypes["optimiser"];

/** A kind of optimiser. */
export interface OptimiserKind<Settings> {
  /** The learning rate that it is used with unless told. */
  readonly learningRate: number;
  /** Its hyper-parameters unless told. */
  readonly defaults: Settings;
  /** Makes one with these hyper-parameters, which are not checked; see {@link optimiserOf}. */
  make(settings: Settings): Optimiser;
}

/**
 * Every optimiser. Hyper-parameters are those of Zen-NAS's training where it names any (SGD, RMSprop, Adadelta), else
 * PyTorch's; so are learning rates, of which SGD's is for a batch of 256.
 */
export const optimisers: { readonly [Name in OptimiserName]: OptimiserKind<HyperParameters[Name]> } = {
  sgd: { learningRate: 0.1, defaults: { momentum: 0.9, nesterov: true }, make: sgd },
  adam: { learningRate: 1e-3, defaults: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }, make: adam },
  adamw: { learningRate: 1e-3, defaults: { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }, make: adamw },
  rmsprop: { learningRate: 1e-2, defaults: { alpha: 0.9, epsilon: 1e-8, momentum: 0.9 }, make: rmsprop },
  adadelta: { learningRate: 1, defaults: { rho: 0.9, epsilon: 1e-9 }, make: adadelta },
};

/** An optimiser by its name, and those of its hyper-parameters that differ from its defaults. */
export type OptimiserSettings = {
  [Name in OptimiserName]: { readonly name: Name } & Partial<HyperParameters[Name]>;
}[OptimiserName];

/** What a value must be, in words and as a test. */
interface Rule {
  readonly words: string;
  holds(value: unknown): boolean;
}

const share: Rule = {
  words: "a number from 0 to below 1",
  holds: (value) => typeof value === "number" && value >= 0 && value < 1,
};
const positive: Rule = {
  words: "a positive number",
  holds: (value) => typeof value === "number" && value > 0 && Number.isFinite(value),
};

const rules: Readonly<Record<string, Rule>> = {
  momentum: share,
  nesterov: { words: "true or false", holds: (value) => typeof value === "boolean" },
  beta1: share,
  beta2: share,
  alpha: share,
  rho: share,
  epsilon: positive,
};

function kindOf(name: string): OptimiserKind<unknown> {
  if (Object.hasOwn(optimisers, name)) return optimisers[name as OptimiserName] as OptimiserKind<unknown>;
  const near = nearestName(name, optimiserNames), hint = near === undefined ? "" : ` (did you mean ${near}?)`;
  throw new RangeError(
    `Cannot train by an optimiser that is none of ${optimiserNames.join(", ")}: got ${name}${hint}`,
  );
}

/**
 * An optimiser by its name and hyper-parameters; those that are absent have their defaults. Throws RangeError for a name
 * or a hyper-parameter that there is not, and for a value that is out of range.
 *
 * @example
 * ```ts
 * import { optimiserOf } from "@zennas/zennas";
 * const { slots } = optimiserOf({ name: "adam", beta2: 0.99 });
 * if (slots.join() !== "exp_avg,exp_avg_sq") throw new Error();
 * ```
 */
export function optimiserOf({ name, ...given }: OptimiserSettings): Optimiser {
  const kind = kindOf(name), defaults = kind.defaults as Readonly<Record<string, unknown>>;
  const settings: Readonly<Record<string, unknown>> = { ...defaults, ...given };
  for (const [key, value] of Object.entries(settings)) {
    if (!Object.hasOwn(defaults, key)) {
      throw new RangeError(
        `Cannot tell ${name} its ${key} as it takes ${Object.keys(defaults).join(", ")}: got ${value}`,
      );
    }
    const { words, holds } = rules[key]!;
    if (!holds(value)) throw new RangeError(`Cannot train by ${name} as its ${key} is ${words}: got ${value}`);
  }
  if (settings.nesterov && settings.momentum === 0) {
    throw new RangeError("Cannot train by sgd with nesterov as that needs momentum: got 0");
  }
  return kind.make(settings);
}
