/** What is done to the images of a data set before a network is evaluated on them. */
import {
  evaluationPipeline,
  type ImagePipeline,
  type Normalization,
  type NormalizationName,
  normalizations,
} from "../../images/mod.ts";
import type { DataSet } from "./data_set.ts";

/** The pipeline for a data set; images that all have one size, as those of CIFAR, are taken whole. */
export function pipelineFor(
  { imageSize }: DataSet,
  { crop, resolution, normalization }: {
    readonly crop: number;
    readonly resolution: number;
    readonly normalization: NormalizationName | Normalization;
  },
): ImagePipeline {
  return evaluationPipeline({
    crop: imageSize === undefined ? crop : undefined,
    resolution,
    normalization: typeof normalization === "string" ? normalizations[normalization] : normalization,
  });
}
