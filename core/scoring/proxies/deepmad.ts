/**
 * DeepMAD: the entropy of a network's features, for networks that are not too deep for their width (Shen et al., "DeepMAD:
 * mathematical architecture design for deep convolutional neural network", CVPR 2023).
 *
 * `entropy = Σ_s α_s·ln(C_s·H_s·W_s)·Σ ½·ln(C_in·k²)`, the inner sum over the convolutions up to the end of stage s,
 * α = (1, 1, 1, 1, 8), aligned at the last stage; `ratio = max_s L_s·exp(−mean ln(C_in·k²))` over a stage's L_s layers.
 * Stages are runs of layers of one resolution on the network's deepest path (see `mainPath`); C_in is a group's.
 * - `bounded`: the entropy; a network with a ratio above 0.3 has no score.
 * - `entropy`: the entropy of any network.
 *
 * Cost: counting; no forward pass, no input, no randomness. Higher is better. It grows with depth and width alike.
 */
import { CandidateError } from "../candidate_error.ts";
import type { NetworkDesign } from "../design.ts";
import { mainPath, type Stage, stagesOf, stageWeights } from "./main_path.ts";
import type { Proxy, Score, ScoringSettings } from "../proxy.ts";

const STAGE_WEIGHTS = [1, 1, 1, 1, 8] as const;

/** The most depth for a width of 1 with which training is expected to work. */
const MOST_RATIO = 0.3;

/** Σ ln fan-in of a stage's layers. */
function logWidth(stage: Stage): number {
  return stage.reduce((sum, { fanIn }) => sum + Math.log(fanIn), 0);
}

function entropyOf(stages: readonly Stage[]): number {
  const weights = stageWeights(stages.length, STAGE_WEIGHTS);
  let entropy = 0, scale = 0;
  stages.forEach((stage, index) => {
    const { channels, height, width } = stage.at(-1)!;
    scale += logWidth(stage) / 2;
    entropy += weights[index]! * Math.log(channels * height * width) * scale;
  });
  return entropy;
}

/** The largest depth to width of any stage. */
function ratioOf(stages: readonly Stage[]): number {
  return Math.max(...stages.map((stage) => stage.length * Math.exp(-logWidth(stage) / stage.length)));
}

function deepmadScore(design: NetworkDesign, { variant }: ScoringSettings): Score {
  const stages = stagesOf(mainPath(design)), ratio = ratioOf(stages);
  if (variant === "bounded" && ratio > MOST_RATIO) {
    throw new CandidateError(`Cannot score as depth to width is at most ${MOST_RATIO}: got ${ratio.toPrecision(4)}`);
  }
  return { value: entropyOf(stages), parts: { ratio } };
}

/** DeepMAD. Variants `bounded` and `entropy`. */
export const deepmad: Proxy = {
  name: "deepmad",
  summary: "entropy of features under a bound on depth to width (DeepMAD, CVPR 2023)",
  variants: ["bounded", "entropy"],
  inputs: { batches: 0, labelled: false },
  needsBackend: false,
  count: (design, settings) => deepmadScore(design, settings).value,
  score: (design, settings) => new Promise((resolve) => resolve(deepmadScore(design, settings))),
};
