/** Stochastic gradient descent with momentum (Sutskever et al., ICML 2013), as PyTorch's `torch.optim.SGD`. */
import { Arithmetic } from "../arithmetic.ts";
import { decayedGradient, noScalars, type Optimiser } from "./optimiser.ts";

/** What SGD is told. */
export interface SgdSettings {
  /** The share of the last step's direction that stays in this one's; 0 for none. */
  readonly momentum: number;
  /** Whether a step looks ahead along its own momentum (Nesterov). */
  readonly nesterov: boolean;
}

/**
 * v ← momentum·v + g, then θ ← θ − rate·v, or with Nesterov θ ← θ − rate·(g + momentum·v), where g has weight decay in
 * it. v begins at zero, so that after the first step it is g.
 */
export function sgd({ momentum, nesterov }: SgdSettings): Optimiser {
  const slot = "momentum_buffer";
  return {
    slots: momentum === 0 ? [] : [slot],
    scalars: noScalars,
    update: (site) => {
      const on = new Arithmetic(site.builder), gradient = decayedGradient(site), held = site.slots[slot];
      const velocity = held === undefined ? gradient : on.plus(on.scaled(held, momentum), gradient);
      const direction = nesterov ? on.plus(gradient, on.scaled(velocity, momentum)) : velocity;
      return {
        parameter: on.minus(site.parameter, on.times(direction, site.learningRate)),
        slots: { ...(held !== undefined && { [slot]: velocity }) },
      };
    },
  };
}
