/** Views on the CPU: tensors that are never written, because whoever reads them can compute them from another one. */
import type { FusionRules } from "../lowering/fusion.ts";

/** What may follow a view's normalisation. A kernel takes the index. */
export const VIEW_ACTIVATIONS = [
  "none",
  "relu",
  "relu6",
  "sigmoid",
  "hard_sigmoid",
  "swish",
  "hard_swish",
  "step",
] as const;

/** A view's activation. */
export type ViewActivation = (typeof VIEW_ACTIVATIONS)[number];

/**
 * Convolutions apply views as they copy their input, and epilogues to pixels that they have just written. Beside that, the
 * channel statistics of a convolution's output are taken while it is written (see rows/normalization.ts).
 */
export const cpuFusion: FusionRules<ViewActivation> = {
  activations: VIEW_ACTIVATIONS,
  readers: { conv2d: [0], conv2d_weight: [0] },
  producers: ["conv2d", "linear"],
};
