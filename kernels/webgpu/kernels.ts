/** Every kernel by its name. Shapes are parameters, so these are all the pipelines that there will ever be. */
import { convolutionKernel } from "./wgsl/convolution.ts";
import { convolutionWeightKernel, NARROW_WEIGHT, turnWeight, WIDE_WEIGHT } from "./wgsl/convolution_gradients.ts";
import { depthwiseKernel } from "./wgsl/depthwise.ts";
import { depthwiseWeightKernel } from "./wgsl/depthwise_weight.ts";
import { binaryKernels, unaryKernels, viewKernel } from "./wgsl/elementwise.ts";
import type { Kernel } from "./wgsl/kernel.ts";
import { copyRows, spread, transposeRows } from "./wgsl/layout.ts";
import { adaptivePoolKernel, windowPoolKernel } from "./wgsl/pooling.ts";
import { poolGather, poolScatter, unpoolAdaptive, unpoolWindow } from "./wgsl/pooling_gradients.ts";
import { NARROW, WIDE } from "./wgsl/product.ts";
import { means, sumKernel, sumParts, sumSpread } from "./wgsl/reductions.ts";
import { logSoftmax } from "./wgsl/softmax.ts";
import { download, fill, gaussian, upload } from "./wgsl/sources.ts";
import { mergeStatistics, normalizationVectors, tileStatisticsKernel } from "./wgsl/statistics.ts";

/** Names end in 1 or 4 where a kernel reads single values or quads. */
export const kernels = {
  gaussian,
  fill,
  upload,
  download,
  convolutionPointwiseWide4: convolutionKernel(WIDE, { width: 4, pointwise: true }),
  convolutionPointwiseNarrow4: convolutionKernel(NARROW, { width: 4, pointwise: true }),
  convolutionWide4: convolutionKernel(WIDE, { width: 4, pointwise: false }),
  convolutionNarrow4: convolutionKernel(NARROW, { width: 4, pointwise: false }),
  convolutionWide1: convolutionKernel(WIDE, { width: 1, pointwise: false }),
  convolutionNarrow1: convolutionKernel(NARROW, { width: 1, pointwise: false }),
  depthwise1: depthwiseKernel(1),
  depthwise4: depthwiseKernel(4),
  turnWeight,
  convolutionWeightWide1: convolutionWeightKernel(WIDE_WEIGHT, 1),
  convolutionWeightWide4: convolutionWeightKernel(WIDE_WEIGHT, 4),
  convolutionWeightNarrow1: convolutionWeightKernel(NARROW_WEIGHT, 1),
  convolutionWeightNarrow4: convolutionWeightKernel(NARROW_WEIGHT, 4),
  depthwiseWeight1: depthwiseWeightKernel(1),
  depthwiseWeight4: depthwiseWeightKernel(4),
  tileStatistics1: tileStatisticsKernel(1),
  tileStatistics4: tileStatisticsKernel(4),
  mergeStatistics,
  normalizationVectors,
  view1: viewKernel(1),
  view4: viewKernel(4),
  ...unaryKernels,
  ...binaryKernels,
  copyRows,
  transposeRows,
  spread,
  maxPool1: windowPoolKernel(1, { largest: true }),
  maxPool4: windowPoolKernel(4, { largest: true }),
  averagePool1: windowPoolKernel(1, { largest: false }),
  averagePool4: windowPoolKernel(4, { largest: false }),
  adaptivePool1: adaptivePoolKernel(1),
  adaptivePool4: adaptivePoolKernel(4),
  poolGather,
  poolScatter,
  unpoolWindow,
  unpoolAdaptive,
  sum1: sumKernel(1),
  sum4: sumKernel(4),
  means,
  sumSpread,
  sumParts,
  logSoftmax,
} as const satisfies Record<string, Kernel>;

/** The name of a kernel. */
export type KernelName = keyof typeof kernels;
