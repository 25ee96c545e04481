/**
 * Adam (Kingma and Ba, arXiv 1412.6980) and AdamW (Loshchilov and Hutter, arXiv 1711.05101), as PyTorch's
 * `torch.optim.Adam` and `torch.optim.AdamW`.
 */
import type { NodeId } from "../../graph/graph.ts";
import { Arithmetic } from "../arithmetic.ts";
import { decayedGradient, type Optimiser, type UpdateSite } from "./optimiser.ts";

/** What Adam and AdamW are told. */
export interface AdamSettings {
  /** The share of the running mean of gradients that stays. */
  readonly beta1: number;
  /** The share of the running mean of squared gradients that stays. */
  readonly beta2: number;
  /** Added to the root of the corrected mean of squares. */
  readonly epsilon: number;
}

/**
 * The factors that undo what the means' beginning at zero takes from them after t steps: 1/(1 − β₁ᵗ) for the mean,
 * 1/√(1 − β₂ᵗ) for the root of the mean square. The host computes them: in float32, 1 − 0.999ᵗ has an error of 3e-5 at
 * first.
 */
const corrections = ({ beta1, beta2 }: AdamSettings, step: number): Record<"mean" | "root", number> => ({
  mean: 1 / (1 - beta1 ** step),
  root: 1 / Math.sqrt(1 - beta2 ** step),
});

const MEAN = "exp_avg", SQUARES = "exp_avg_sq";

function update(site: UpdateSite, settings: AdamSettings, from: Pick<UpdateSite, "parameter" | "gradient">) {
  const on = new Arithmetic(site.builder), { slots, scalars, learningRate } = site;
  const mean = on.blend(slots[MEAN]!, from.gradient, { keep: settings.beta1 });
  const squares = on.blend(slots[SQUARES]!, on.square(from.gradient), { keep: settings.beta2 });
  const divisor = on.shifted(on.times(on.root(squares), scalars.root!), settings.epsilon);
  const size = on.times(learningRate, scalars.mean!);
  return {
    parameter: on.minus(from.parameter, on.times(on.over(mean, divisor), size)),
    slots: { [MEAN]: mean, [SQUARES]: squares },
  };
}

/**
 * m ← β₁·m + (1 − β₁)·g, v ← β₂·v + (1 − β₂)·g², θ ← θ − rate·m/(1 − β₁ᵗ) / (√v/√(1 − β₂ᵗ) + ε), where g has weight
 * decay in it.
 */
export function adam(settings: AdamSettings): Optimiser {
  return {
    slots: [MEAN, SQUARES],
    scalars: (step) => corrections(settings, step),
    update: (site) => update(site, settings, { parameter: site.parameter, gradient: decayedGradient(site) }),
  };
}

/** Adam whose weight decay is a factor of its own: first θ ← θ·(1 − rate·decay), then Adam's step by g alone. */
export function adamw(settings: AdamSettings): Optimiser {
  const decayed = ({ builder, parameter, learningRate, weightDecay }: UpdateSite): NodeId => {
    if (weightDecay === 0) return parameter;
    const on = new Arithmetic(builder);
    return on.times(parameter, on.shifted(on.scaled(learningRate, -weightDecay), 1));
  };
  return {
    ...adam(settings),
    update: (site) => update(site, settings, { parameter: decayed(site), gradient: site.gradient }),
  };
}
