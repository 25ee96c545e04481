/** Server-sent events: which runs have changed. */
import type { RunBook } from "./run_book.ts";

/** So many looks without news, and a comment is sent, by which a connection that is gone is found. */
const QUIET = 15;

/** Ids of runs that are new, gone or changed, without those that were read so lately that they have to wait. */
function changesOf(before: Map<string, string>, book: RunBook): readonly string[] {
  const now = book.versions();
  const gone = [...before.keys()].filter((id) => !now.has(id));
  const changed = [...now].filter(([id, stamp]) => before.get(id) !== stamp && !book.isFresh(id)).map(([id]) => id);
  for (const id of gone) before.delete(id);
  for (const id of changed) before.set(id, now.get(id)!);
  return [...gone, ...changed];
}

/** A stream of `changed` events with the ids of runs, looked for each so many milliseconds. */
export function eventStream(book: RunBook, pollMs: number): ReadableStream<Uint8Array> {
  const known = new Map(book.versions()), encoder = new TextEncoder();
  let timer: ReturnType<typeof setInterval> | undefined, quiet = 0;
  return new ReadableStream({
    start(controller) {
      const send = (text: string): void => controller.enqueue(encoder.encode(`${text}\n\n`));
      send(": connected");
      timer = setInterval(() => {
        try {
          const runs = changesOf(known, book);
          if (runs.length > 0) send(`event: changed\ndata: ${JSON.stringify({ runs })}`);
          else if (++quiet % QUIET === 0) send(": nothing new");
        } catch (error) {
          clearInterval(timer);
          controller.error(error);
        }
      }, pollMs);
    },
    cancel: () => clearInterval(timer),
  });
}
