/** Which parameters decay. */
import type { Parameter } from "../networks/layers.ts";

/**
 * Whether weight decay is for a parameter: the weights of convolutions and linear layers decay; biases and normalisations
 * do not (Goyal et al., arXiv 1706.02677; Zen-NAS's training).
 */
export function decays({ role }: Pick<Parameter, "role">): boolean {
  return role === "conv_weight" || role === "linear_weight";
}
