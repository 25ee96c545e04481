/**
 * NASWOT: how differently a network's neurons react to the images of a batch (Mellor et al., "Neural architecture search
 * without training", ICML 2021).
 *
 * `score = ln|det K|`, K = Σ over ReLUs of c·cᵀ + (1 − c)(1 − c)ᵀ, with c = 1 where a ReLU's input is positive.
 *
 * Cost: one forward pass, and batch² multiply-adds a neuron. Input: one batch of images. Higher is better. Behind batch
 * normalisation it does not change with the scale of weights; it grows with the number of neurons, and compares batches of
 * one size only.
 */
import type { Backend } from "../../graph/backend.ts";
import { logDeterminant } from "../../numeric/matrix.ts";
import { agreementsOf } from "./activation_patterns.ts";
import type { NetworkDesign } from "../design.ts";
import type { Proxy, Score, ScoringSettings } from "../proxy.ts";

async function naswotScore(design: NetworkDesign, settings: ScoringSettings, backend?: Backend): Promise<Score> {
  return { value: logDeterminant(await agreementsOf(design, settings, backend)) };
}

/** NASWOT. */
export const naswot: Proxy = {
  name: "naswot",
  summary: "how differently neurons react to the images of a batch (NASWOT, ICML 2021)",
  variants: ["reference"],
  inputs: { batches: 1, labelled: false },
  needsBackend: true,
  score: naswotScore,
};
