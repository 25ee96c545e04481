/** Making one image ready, in whatever thread this runs. */
import { applyPipeline, augment, type Resize, type RgbImage } from "../../images/mod.ts";
import { decodeFile } from "./decode.ts";
import { BrokenImageError } from "./error.ts";
import type { ImageResult, ImageWork } from "./messages.ts";
import { Resizer } from "./resizer.ts";

/** Loaded when the first image is resized, and kept: its memory is this thread's. */
let resizer: Promise<Resize> | undefined;

function loadResize(): Promise<Resize> {
  return resizer ??= Resizer.load().then((loaded) => loaded.resize.bind(loaded));
}

/** Whether a treatment resizes bicubically. */
function resizes(treatment: NonNullable<ImageWork["treatment"]>): boolean {
  return "recipe" in treatment ? treatment.recipe.crop?.kind === "resized" : treatment.pixels.length > 0;
}

function valuesOf(image: RgbImage, treatment: ImageWork["treatment"], resize: Resize | undefined): Float32Array {
  if (!treatment) return new Float32Array();
  if ("recipe" in treatment) return augment(image, { ...treatment, resize }).values;
  return applyPipeline(image, treatment, resize).values;
}

/** Decodes an image and applies a pipeline, or augments it; or decodes it only. */
export async function prepareImage({ source, treatment }: ImageWork): Promise<ImageResult> {
  const started = performance.now();
  try {
    // Without waiting for what is in memory, so that other images' time is not counted as this one's.
    const image = "path" in source ? await decodeFile(source.path) : source, decoded = performance.now();
    const resize = treatment && resizes(treatment) ? await loadResize() : undefined;
    const values = valuesOf(image, treatment, resize), { width, height } = image;
    return { width, height, values, decodeMs: decoded - started, transformMs: performance.now() - decoded };
  } catch (cause) {
    if (cause instanceof BrokenImageError) return { broken: cause.message };
    throw cause;
  }
}
