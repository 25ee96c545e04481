/** What proxies say of their inputs, held against what their graphs are fed. */
import assert from "node:assert/strict";
import { type Backend, proxies } from "@zennas/zennas";
import { openCpu } from "../../kernels/mod.ts";
import { filled, small } from "./settings.ts";

/** A backend that notes the names of all that is fed. */
function noting(backend: Backend, names: Set<string>): Backend {
  return {
    ...{ device: backend.device, concurrency: backend.concurrency },
    hold: (shapes) => backend.hold(shapes),
    compile: (graph, options) => {
      const program = backend.compile(graph, options);
      return {
        run: (options) => {
          for (const name of Object.keys(options?.feeds ?? {})) names.add(name);
          return program.run(options);
        },
        [Symbol.dispose]: () => program[Symbol.dispose](),
      };
    },
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  };
}

Deno.test("a proxy takes as many batches of images as it says, with classes if it says so", async () => {
  await using backend = await openCpu({ workers: 1 });
  const design = small("SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,8,1,8,1)");
  for (const proxy of proxies.values()) {
    const names = new Set<string>();
    await proxy.score(design, filled(proxy, { batch: 4 }), noting(backend, names));
    const batches = ["input", "input2"].filter((name) => names.has(name)).length, labelled = names.has("labels");
    assert.deepEqual({ batches, labelled }, proxy.inputs, `${proxy.name} is fed ${[...names]}`);
  }
});
