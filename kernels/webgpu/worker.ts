/** The WebGPU backend's worker: the only thread that talks to the device, because waiting for a GPU blocks its thread. */
import { recordError } from "../worker/errors.ts";
import { GpuDevice } from "./device.ts";
import type { Reply, Request } from "./messages.ts";
import { RunQueue } from "./run_queue.ts";

/** The part of a worker's global scope that is used here. */
interface WorkerScope {
  onmessage: ((event: MessageEvent<Request>) => void) | null;
  postMessage(reply: Reply, transfer: Transferable[]): void;
}

const scope = globalThis as unknown as WorkerScope;
let queue: RunQueue<GpuDevice> | undefined;

type StartRequest = Extract<Request, { readonly type: "start" }>;

async function start({ adapter, precision }: StartRequest): Promise<void> {
  const open = (): Promise<GpuDevice> => GpuDevice.open({ adapter, precision });
  try {
    const device = await open();
    queue = new RunQueue(device, {
      open,
      done: (runs, outputs) => {
        const results = runs.map(({ id }, index) => ({ id, outputs: outputs[index]! }));
        scope.postMessage({ type: "done", results }, outputs.flat().map(({ buffer }) => buffer));
      },
      failed: (runs, error) =>
        scope.postMessage({ type: "failed", ids: runs.map(({ id }) => id), error: recordError(error) }, []),
    });
    scope.postMessage({ type: "started", adapter: device.adapter, limits: device.limits }, []);
  } catch (error) {
    scope.postMessage({ type: "failed", ids: [], error: recordError(error) }, []);
  }
}

function measure(id: number): void {
  const { openings, groups, device: { pipelines, bytes } } = queue!;
  scope.postMessage({ type: "measured", id, usage: { pipelines, bytes, openings, groups } }, []);
}

scope.onmessage = ({ data }) => {
  switch (data.type) {
    case "start":
      return void start(data);
    case "run":
    case "access":
    case "hold":
    case "drop":
      return queue!.add(data);
    case "lose":
      return queue!.device.lose();
    case "measure":
      return measure(data.id);
    case "close":
      queue?.[Symbol.dispose]();
      return scope.postMessage({ type: "closed" }, []);
  }
};
