/** Views: tensors that are never written, because whoever reads them can compute them from another one. */

/** What may follow a view's normalisation. A kernel takes the index. */
export const VIEW_ACTIVATIONS = ["none", "relu", "sigmoid", "swish", "step"] as const;

/** A view's activation. */
export type ViewActivation = (typeof VIEW_ACTIVATIONS)[number];
