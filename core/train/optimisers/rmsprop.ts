/** RMSprop (Tieleman and Hinton, Coursera lecture 6.5, 2012), not centred, as PyTorch's `torch.optim.RMSprop`. */
import { Arithmetic } from "../arithmetic.ts";
import { decayedGradient, noScalars, type Optimiser } from "./optimiser.ts";

/** What RMSprop is told. */
export interface RmspropSettings {
  /** The share of the running mean of squared gradients that stays. */
  readonly alpha: number;
  /** Added to the root of that mean. */
  readonly epsilon: number;
  /** The share of the last step's direction that stays in this one's; 0 for none. */
  readonly momentum: number;
}

/** s ← α·s + (1 − α)·g², b ← momentum·b + g/(√s + ε), θ ← θ − rate·b, where g has weight decay in it. */
export function rmsprop({ alpha, epsilon, momentum }: RmspropSettings): Optimiser {
  const squaresSlot = "square_avg", buffer = "momentum_buffer";
  return {
    slots: momentum === 0 ? [squaresSlot] : [squaresSlot, buffer],
    scalars: noScalars,
    update: (site) => {
      const on = new Arithmetic(site.builder), gradient = decayedGradient(site), held = site.slots[buffer];
      const squares = on.blend(site.slots[squaresSlot]!, on.square(gradient), { keep: alpha });
      const scaled = on.over(gradient, on.shifted(on.root(squares), epsilon));
      const direction = held === undefined ? scaled : on.plus(on.scaled(held, momentum), scaled);
      return {
        parameter: on.minus(site.parameter, on.times(direction, site.learningRate)),
        slots: { [squaresSlot]: squares, ...(held !== undefined && { [buffer]: direction }) },
      };
    },
  };
}
