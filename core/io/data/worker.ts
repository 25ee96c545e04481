/** The thread that decodes and resizes: the script of {@link ImageWorkers}. */
import { reasonOf } from "./error.ts";
import type { ImageReply, ImageRequest } from "./messages.ts";
import { prepareImage } from "./prepare.ts";

/** The global object of a worker, of which the checker knows a window's. */
const thread = globalThis as unknown as {
  onmessage: (event: MessageEvent<ImageRequest>) => void;
  postMessage(reply: ImageReply, transfer: Transferable[]): void;
};

async function answer({ id, source, pipeline }: ImageRequest): Promise<ImageReply> {
  try {
    return { id, ...await prepareImage(source, pipeline) };
  } catch (cause) {
    return { id, failed: reasonOf(cause) };
  }
}

/** libvips has threads of its own; each of these has one image at a time, so that as many images as cores go on. */
const ready = import("sharp").then(({ default: sharp }) => sharp.concurrency(1));

thread.onmessage = async ({ data }) => {
  await ready;
  const reply = await answer(data);
  thread.postMessage(reply, "values" in reply ? [reply.values.buffer as ArrayBuffer] : []);
};
