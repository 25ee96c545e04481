/** Adadelta (Zeiler, arXiv 1212.5701), as PyTorch's `torch.optim.Adadelta`. */
import { Arithmetic } from "../arithmetic.ts";
import { decayedGradient, noScalars, type Optimiser } from "./optimiser.ts";

/** What Adadelta is told. */
export interface AdadeltaSettings {
  /** The share of both running means that stays. */
  readonly rho: number;
  /** Added to both means before their roots are taken. */
  readonly epsilon: number;
}

/**
 * s ← ρ·s + (1 − ρ)·g², d = g·√(a + ε)/√(s + ε), a ← ρ·a + (1 − ρ)·d², θ ← θ − rate·d, where g has weight decay in it.
 */
export function adadelta({ rho, epsilon }: AdadeltaSettings): Optimiser {
  const squaresSlot = "square_avg", stepsSlot = "acc_delta";
  return {
    slots: [squaresSlot, stepsSlot],
    scalars: noScalars,
    update: (site) => {
      const on = new Arithmetic(site.builder), gradient = decayedGradient(site), steps = site.slots[stepsSlot]!;
      const squares = on.blend(site.slots[squaresSlot]!, on.square(gradient), { keep: rho });
      const ratio = on.root(on.over(on.shifted(steps, epsilon), on.shifted(squares, epsilon)));
      const step = on.times(gradient, ratio);
      return {
        parameter: on.minus(site.parameter, on.times(step, site.learningRate)),
        slots: { [squaresSlot]: squares, [stepsSlot]: on.blend(steps, on.square(step), { keep: rho }) },
      };
    },
  };
}
