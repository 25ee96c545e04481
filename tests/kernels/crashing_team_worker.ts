/** A team's worker: in runs whose draw is 13, the second one crashes while the first computes or waits for it. */
import "../../kernels/cpu/wide/worker.ts";

const scope = globalThis as unknown as { onmessage: (event: MessageEvent) => void };
const pass = scope.onmessage;
let second = false;

scope.onmessage = (event) => {
  const { data } = event;
  if (data.type === "start") second = data.index === 1;
  if (second && data.type === "run" && data.words.draw === 13) throw new Error("out of order");
  pass(event);
};
