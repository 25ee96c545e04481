/** The module's exports. */
export { convolve } from "./convolution";
export { convolutionAddress } from "./descriptor";
export * from "./generated";
export { channelsFirst, copyRows, fill } from "./layout";
export { normalizationVectors } from "./normalization";
export { multiplyAddFuses, multiplyAdds } from "./peak";
export { adaptivePool, windowPool } from "./pooling";
export { gaussian, quantilesAddress } from "./random";
export { sum, sumAbsDifference } from "./reductions";
export { channelStatistics } from "./statistics";

/** Where static data ends and the host's arena may begin. */
export function arenaAddress(): usize {
  return __heap_base;
}
