/** The thread that decodes, resizes and augments: the script of {@link ImageWorkers}. */
import { importSharp } from "./decode.ts";
import { reasonOf } from "./error.ts";
import type { ImageReply, ImageRequest } from "./messages.ts";
import { prepareImage } from "./prepare.ts";

/** The global object of a worker, of which the checker knows a window's. */
const thread = globalThis as unknown as {
  onmessage: (event: MessageEvent<ImageRequest>) => void;
  postMessage(reply: ImageReply, transfer: Transferable[]): void;
};

async function answer({ id, works }: ImageRequest): Promise<ImageReply> {
  try {
    return { id, images: await Promise.all(works.map(prepareImage)) };
  } catch (cause) {
    return { id, failed: reasonOf(cause) };
  }
}

/** libvips has threads of its own; each of these has one image at a time, so that as many images as cores go on. */
const loaded = importSharp().then((sharp) => sharp.concurrency(1));

thread.onmessage = async ({ data }) => {
  await loaded;
  const reply = await answer(data);
  const ready = "images" in reply ? reply.images.filter((image) => "values" in image) : [];
  thread.postMessage(reply, ready.map(({ values }) => values.buffer as ArrayBuffer));
};
