/**
 * MAE-DET: the entropy that a network's features can have, from widths alone (Sun et al., "MAE-DET: revisiting maximum
 * entropy principle in zero-shot NAS for efficient object detection", ICML 2022).
 *
 * `score = Σ_s α_s·(ln C_s + Σ ln √(C_in·k²))`, the inner sum over the convolutions up to the end of stage s, with C_s the
 * channels that the stage ends with and α = (0, 0, 1, 1, 6), aligned at the last stage. Stages are runs of layers of one
 * resolution on the network's deepest path (see `mainPath`); C_in is a group's.
 *
 * Cost: counting; no forward pass, no input, no randomness. Higher is better. It grows with depth and width alike.
 */
import { mainPath, type Stage, stagesOf, stageWeights } from "./main_path.ts";
import type { NetworkDesign } from "../design.ts";
import type { Proxy } from "../proxy.ts";

const STAGE_WEIGHTS = [0, 0, 1, 1, 6] as const;

/** Σ ½·ln fan-in of a stage's layers. */
function logScale(stage: Stage): number {
  return stage.reduce((sum, { fanIn }) => sum + 0.5 * Math.log(fanIn), 0);
}

function maeDetScore(design: NetworkDesign): number {
  const stages = stagesOf(mainPath(design)), weights = stageWeights(stages.length, STAGE_WEIGHTS);
  let score = 0, scale = 0;
  stages.forEach((stage, index) => {
    scale += logScale(stage);
    score += weights[index]! * (Math.log(stage.at(-1)!.channels) + scale);
  });
  return score;
}

/** MAE-DET. */
export const maeDet: Proxy = {
  name: "mae_det",
  summary: "entropy of multi-scale features from widths alone (MAE-DET, ICML 2022)",
  variants: ["reference"],
  inputs: { batches: 0, labelled: false },
  needsBackend: false,
  count: maeDetScore,
  score: (design) => Promise.resolve({ value: maeDetScore(design) }),
};
