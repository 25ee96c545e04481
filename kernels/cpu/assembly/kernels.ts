/** The module's exports. */
export { convolve } from "./convolution";
export { phaseWeight, spacePixels } from "./convolution_input";
export { convolutionWeight } from "./convolution_weight";
export { convolutionAddress } from "./descriptor";
export * from "./generated";
export { channelsFirst, copyRows, fill } from "./layout";
export { normalizationVectors } from "./normalization";
export { multiplyAddFuses, multiplyAdds } from "./peak";
export { adaptivePool, windowPool } from "./pooling";
export { adaptiveUnpool, movePooled, windowUnpool } from "./pooling_gradients";
export { gaussian, quantilesAddress } from "./random";
export { sum, sumAbsDifference } from "./reductions";
export { logSoftmax } from "./softmax";
export { fillFrom, repeatRows, sumRows } from "./spreading";
export { channelStatistics, mergeParts } from "./statistics";
export { convolveTiles } from "./winograd";

/** Where static data ends and the host's arena may begin. */
export function arenaAddress(): usize {
  return __heap_base;
}
