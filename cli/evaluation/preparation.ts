/** How images are made ready for a network, in evaluations and in calibrations. */
import type { ImagePipeline, NormalizationName } from "../../core/images/mod.ts";
import { type DataSet, ImageBatches } from "../../core/io/mod.ts";
import type { NamedDesign } from "../../core/networks/design.ts";
import { networkNames, zooFacts } from "../../core/networks/zoo/mod.ts";
import { MobileError } from "../../mobile/mod.ts";

/** What images a network was published with. */
export interface PublishedImages {
  /** Rows and columns of the centre crop; the network's resolution where that is another, or where nothing is known. */
  readonly crop: number;
  /** Undefined where it is not known. */
  readonly normalization: NormalizationName | undefined;
}

/** The images that a network was published with, by its user's name for it. */
export function imagesOf(name: string, { resolution }: NamedDesign): PublishedImages {
  const facts = networkNames.includes(name) ? zooFacts(name) : undefined;
  return {
    crop: facts?.resolution === resolution ? facts.cropResolution : resolution,
    normalization: facts?.normalization,
  };
}

/** The images of a data set one after another. Throws MobileError MODEL_INPUT for one that cannot be read. */
export async function* singleImages(data: DataSet, pipeline: ImagePipeline): AsyncGenerator<Float32Array> {
  using batches = new ImageBatches(data, { pipeline, batch: 1 });
  const check = (): void => {
    const [broken] = batches.broken;
    if (!broken) return;
    throw new MobileError("MODEL_INPUT", `Cannot read ${broken.file} as an image: ${broken.broken}`);
  };
  for await (const { images } of batches) {
    check();
    yield images;
  }
  check();
}
