/**
 * Deno's own `Worker`, taken when this module loads. Emscripten's glue for Node.js (onnxruntime-web's, for one) takes Deno
 * for Node.js and puts the `Worker` of `node:worker_threads` into the global object: that one never calls `onmessage`, so
 * whoever waits for a first message from it waits for ever.
 */
const platformWorker = Worker;

/** Starts a worker. Throws TypeError where the global `Worker` was no web worker when this module was loaded. */
export function startWorker(script: URL): Worker {
  if ("onmessage" in platformWorker.prototype) return new platformWorker(script, { type: "module" });
  throw new TypeError(
    "Cannot start a worker as another library has replaced the global Worker: import the kernels before it runs",
  );
}
