/** Latencies predicted: kernels of networks, what predicts them, artefacts of calibrations, what a calibration draws. */
export * from "./accuracy.ts";
export * from "./artefact.ts";
export * from "./calibration.ts";
export {
  conformalHalfWidth,
  type Correction,
  correctionBases,
  type CorrectionBasis,
  type MeasuredNetwork,
  MIN_NETWORKS,
} from "./correction.ts";
export { type Bounds, type Domain, type DomainExtent, domainExtents, type KindBounds } from "./domain.ts";
export * from "./draws.ts";
export { type FeatureRules, type TileExtents, type Tiling, webgpuTiling } from "./features.ts";
export * from "./fit.ts";
export * from "./kernel.ts";
export * from "./kernel_graph.ts";
export type { KernelModel, MeasuredKernel } from "./kernel_model.ts";
export * from "./measuring.ts";
export * from "./network_kernels.ts";
export * from "./predictor.ts";
export type { Roofline } from "./roofline.ts";
export type { Trees, TreeSettings } from "./trees.ts";
