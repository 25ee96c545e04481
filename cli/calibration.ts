/** The images that `zen export --calibration` names. */
import type { NormalizationName } from "../core/images/mod.ts";
import {
  type DataFolder,
  dataPath,
  type DataSet,
  findDataFolder,
  openPictures,
  pipelineFor,
  spreadOver,
} from "../core/io/mod.ts";
import { requirePictures } from "../core/io/picture_permission.ts";
import { imageShape, type KnownNetwork, MobileError, type NamedCalibration, randomImages } from "../mobile/mod.ts";
import { UsageError } from "./errors.ts";
import { type PublishedImages, singleImages } from "./evaluation/preparation.ts";

/** Which images, and how they are made ready. */
export interface CalibrationOptions extends PublishedImages {
  /** `random`, a data set's folder or name, or a folder of pictures. */
  readonly source: string;
  /** At most so many images. */
  readonly count: number;
  /** What pixels are normalised by; default: the network's, else the data set's. */
  readonly normalize?: NormalizationName | undefined;
}

/** The images of a data set that networks are trained on. Throws UsageError where it holds none. */
async function trainingSplit(folder: DataFolder): Promise<DataSet> {
  const split = ["train", "all"].find((name) => folder.splits.includes(name));
  if (split !== undefined) return await folder.open(split);
  const message = `Cannot calibrate on ${folder.name} as it must have images to train on`;
  throw new UsageError(`${message}: got ${folder.splits.join(", ")}; a folder of pictures does, too`);
}

/** Pictures without classes. Throws MobileError EXPORT_CALIBRATION_MISSING where a path holds none. */
async function picturesIn(path: string): Promise<DataSet> {
  const pictures = await openPictures(path);
  if (pictures) return pictures;
  throw new MobileError("EXPORT_CALIBRATION_MISSING", `Cannot calibrate as ${path} must be a folder of images`, {
    data: { path },
  });
}

/**
 * Images to calibrate a network on, and a name for them: of a data set's training images, or the pictures in a folder, so
 * many, as far apart as they can be; made ready as `zen eval` does it. Throws UsageError, DataSetError, MobileError.
 */
export async function calibrationImages(
  network: KnownNetwork,
  { source, count, crop, normalize, normalization }: CalibrationOptions,
): Promise<Omit<NamedCalibration, "backend">> {
  const shape = imageShape(network), resolution = shape[1]!;
  if (source === "random") {
    return { name: `random, ${count} images`, images: randomImages(shape, { name: "calibration", count }) };
  }
  requirePictures();
  const path = await dataPath(source), folder = await findDataFolder(path);
  const all = folder ? await trainingSplit(folder) : await picturesIn(path), data = spreadOver(all, count);
  const chosen = normalize ?? normalization ?? folder?.normalization ?? "imagenet";
  const pipeline = pipelineFor(data, { crop, resolution, normalization: chosen });
  const what = folder ? `${data.name} ${data.split}` : source;
  return {
    name: `${what}, ${data.count} images, normalised by ${chosen}`,
    images: singleImages(data, pipeline),
  };
}
