/** The WebGPU backend: weights stay on the device; a run copies the images there, and the logits back. */
import type { Graph } from "../../core/graph/graph.ts";
import type { Shape } from "../../core/graph/shape.ts";
import { kernelGraph } from "../../core/latency/mod.ts";
import { inferenceGraph } from "../../core/networks/inference.ts";
import { filledParameters, fillingRules, IMAGE } from "../../core/networks/parameters.ts";
import deno from "../../deno.json" with { type: "json" };
import { openDevice } from "../device.ts";
import { filledInputs } from "./cpu_target.ts";
import type { LatencyRunner, LatencyTarget, TargetOptions } from "./target.ts";
import type { Feeds } from "../../kernels/mod.ts";

/** What is to run: its tensors stay on the device but for what is fed in each run. */
interface Work {
  readonly graph: Graph;
  readonly held: Feeds;
  readonly shapes: Readonly<Record<string, Shape>>;
  readonly fed: Feeds;
}

/** Opens the device that `--device webgpu` stands for. */
export async function openWebGpuTarget({ batch, precision = "f32" }: TargetOptions): Promise<LatencyTarget> {
  const backend = await openDevice({ device: "webgpu", precision });
  async function runnerOf({ graph, held, shapes, fed }: Work): Promise<LatencyRunner> {
    const state = backend.hold(shapes);
    await state.write(held);
    const program = backend.compile(graph, { state });
    return {
      async time() {
        const start = performance.now();
        await program.run({ feeds: fed });
        return [performance.now() - start];
      },
      [Symbol.dispose]() {
        program[Symbol.dispose]();
        state[Symbol.dispose]();
      },
    };
  }
  return {
    device: {
      name: backend.device.name,
      kind: "gpu",
      runtime: `zennas ${deno.version} WebGPU backend, ${backend.device.details}`,
      fusion: "zennas",
      precision,
    },
    openNetwork(design) {
      const { graph, shape, parameters } = inferenceGraph(design, { batch });
      const shapes = Object.fromEntries(parameters.map(({ name, shape }) => [name, shape]));
      const held = filledParameters(parameters, fillingRules.trained);
      return runnerOf({ graph, held, shapes, fed: filledInputs({ [IMAGE]: shape }) });
    },
    openKernel(kernel) {
      const single = kernelGraph(kernel);
      return single &&
        runnerOf({ graph: single.graph, held: filledInputs(single.inputs), shapes: single.inputs, fed: {} });
    },
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  };
}
