/** Making one image ready, in whatever thread this runs. */
import { applyPipeline, type ImagePipeline, type Resize } from "../../images/mod.ts";
import type { ImageSource } from "./data_set.ts";
import { decodeFile } from "./decode.ts";
import { BrokenImageError } from "./error.ts";
import type { BrokenImage, ReadyImage } from "./messages.ts";
import { Resizer } from "./resizer.ts";

/** Loaded when the first image is resized, and kept: its memory is this thread's. */
let resizer: Promise<Resize> | undefined;

function loadResize(): Promise<Resize> {
  return resizer ??= Resizer.load().then((loaded) => loaded.resize.bind(loaded));
}

/** Decodes an image and applies a pipeline, if there is one. */
export async function prepareImage(
  source: ImageSource,
  pipeline: ImagePipeline | undefined,
): Promise<ReadyImage | BrokenImage> {
  const started = performance.now();
  try {
    // Without waiting for what is in memory, so that other images' time is not counted as this one's.
    const image = "path" in source ? await decodeFile(source.path) : source, decoded = performance.now();
    const resize = pipeline && pipeline.pixels.length > 0 ? await loadResize() : undefined;
    const values = pipeline ? applyPipeline(image, pipeline, resize).values : new Float32Array();
    const { width, height } = image;
    return { width, height, values, decodeMs: decoded - started, transformMs: performance.now() - decoded };
  } catch (cause) {
    if (cause instanceof BrokenImageError) return { broken: cause.message };
    throw cause;
  }
}
