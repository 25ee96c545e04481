/** What `zen verify` does. */
import { readBytes } from "../../core/io/files/read.ts";
import { requirePictures } from "../../core/io/picture_permission.ts";
import { openDataFolder, openSplit, pipelineFor, spreadOver } from "../../core/io/mod.ts";
import { networkNamed } from "../../core/networks/zoo/mod.ts";
import {
  checkWeights,
  type LayerError,
  MobileError,
  parametersText,
  type Provenance,
  provenanceOf,
  type Verification,
  verifyLayers,
  verifyTflite,
} from "../../mobile/mod.ts";
import type { VerifyOptions } from "../commands/verify.ts";
import { openDevice } from "../device.ts";
import { inFile, UsageError } from "../errors.ts";
import { imagesOf, singleImages } from "../evaluation/preparation.ts";
import { print, printFields, printJson, printTable } from "../terminal.ts";
import { openWeights, publishedName } from "../weights/open.ts";

function printVerification(verification: Verification): void {
  const { provenance, threshold, sqnrDb, top1Agreement, maxDifference, relativeDifference, images } = verification;
  const { probabilityDifference, conditioning, steps, worstStep, faults } = verification;
  const bar = `at least ${threshold.sqnrDb.toFixed(0)} dB; the network so rounded: ${decibels(conditioning.sqnrDb)} dB`;
  printFields([
    ["precision", provenance.precision],
    ["weights", parametersText(provenance.parameters)],
    ["images", images],
    ["max |diff|", `${maxDifference.toPrecision(3)} (${relativeDifference.toExponential(1)} of the largest logit)`],
    ["SQNR", `${sqnrDb === Infinity ? "nothing differs" : `${sqnrDb.toFixed(1)} dB`} (${bar})`],
    ["top-1 agreement", `${(100 * top1Agreement).toFixed(0)} % (at least ${100 * threshold.top1Agreement} %)`],
    ["steps", `${steps}, each from the file's own input; the furthest off: ${stepText(worstStep)}`],
    ...(probabilityDifference === null
      ? []
      : [["probabilities", `${probabilityDifference.toExponential(1)} off the softmax of the logits`] as const]),
    ...faults.slice(0, FAULTS_SHOWN).map((fault) => ["fault", fault] as const),
  ]);
}

/** Faults that are printed; `--json` lists all. */
const FAULTS_SHOWN = 5;

function stepText({ name, operator, excessDb }: Verification["worstStep"]): string {
  return `${name} (${operator}), ${excessDb > 0 ? `${excessDb.toFixed(1)} dB beyond` : "within"} rounding`;
}

/** A ratio of signal to noise. */
const decibels = (value: number): string => value === Infinity ? "nothing differs" : value.toFixed(1);

function printLayers(layers: readonly LayerError[]): void {
  print("");
  printTable(
    ["layer", "operator", "weights, dB", "output, dB", "logits, dB"],
    layers.map(({ name, operator, weightsDb, outputDb, logitsDb }) => [
      name,
      operator,
      weightsDb === null ? "–" : decibels(weightsDb),
      decibels(outputDb),
      decibels(logitsDb),
    ]),
  );
}

/** How many images of noise, or the images of a data set, of those to test on. */
async function imagesToCompare(
  { structure, form }: Provenance,
  { data: path, images, normalize }: VerifyOptions,
): Promise<number | readonly Float32Array[]> {
  if (path === undefined && normalize) throw new UsageError("Cannot normalise noise: --normalize goes with --data");
  if (path === undefined) return images;
  requirePictures();
  const design = networkNamed(structure).design(form), folder = await openDataFolder(path);
  const data = spreadOver(await openSplit(folder), images);
  const { crop, normalization } = imagesOf(publishedName(structure), design);
  const chosen = normalize ?? normalization ?? folder.normalization;
  const pipeline = pipelineFor(data, { crop, resolution: design.resolution, normalization: chosen });
  return await Array.fromAsync(singleImages(data, pipeline));
}

/** Compares the file with its network and prints how far they differ. Throws MobileError, CheckpointError, FetchError. */
export async function verify(path: string, options: VerifyOptions): Promise<void> {
  const bytes = await readBytes(path, "model"), provenance = await inFile(path, () => provenanceOf(bytes));
  using weights = await openWeights({ ...options, network: provenance.structure });
  checkWeights(provenance, weights); // what cannot be verified is refused before a device is opened
  const images = await imagesToCompare(provenance, options);
  await using backend = await openDevice(options);
  const asked = { backend, images, weights };
  const verification = await verifyTflite(bytes, asked);
  const layers = options.layers ? await verifyLayers(bytes, asked) : undefined;
  if (options.json) printJson({ ...verification, ...(layers && { layers }) });
  else printVerification(verification);
  if (layers && !options.json) printLayers(layers);
  if (verification.passed) return;
  throw new MobileError("MODEL_NUMERICS", `Cannot take ${path} for its network as ${verification.faults[0]}`, {
    data: { ...verification },
  });
}
