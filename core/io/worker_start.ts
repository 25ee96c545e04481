/** Starting worker threads. */

/**
 * Deno's own `Worker`, taken when this module loads. Emscripten's glue for Node.js (onnxruntime-web's, for one) takes Deno
 * for Node.js and puts the `Worker` of `node:worker_threads` into the global object: that one never calls `onmessage`, so
 * whoever waits for a first message from it waits for ever.
 */
const platformWorker = Worker;

/** Who is told what a worker does. */
export interface WorkerOwner<Reply> {
  /** Takes a message. */
  received(reply: Reply): void;
  /** The worker threw what nobody caught, or posted what cannot be read: what it owes will not come. */
  crashed(reason: string): void;
}

/** Starts a worker. Throws TypeError where the global `Worker` was no web worker when this module was loaded. */
export function startWorker<Reply>(script: URL, { received, crashed }: WorkerOwner<Reply>): Worker {
  if (!("onmessage" in platformWorker.prototype)) {
    throw new TypeError(
      "Cannot start a worker as another library has replaced the global Worker: import zennas before it runs",
    );
  }
  const worker = new platformWorker(script, { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<Reply>) => received(data);
  worker.onmessageerror = () => crashed("its message could not be read");
  worker.onerror = (event) => {
    event.preventDefault();
    crashed(event.message);
  };
  return worker;
}
