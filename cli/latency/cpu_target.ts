/** The CPU backend's kernels on one core. Times are those of the kernels: copies of weights and images are not in them. */
import type { Graph } from "../../core/graph/graph.ts";
import { elementCount, type Shape } from "../../core/graph/shape.ts";
import { kernelGraph } from "../../core/latency/mod.ts";
import { inferenceGraph } from "../../core/networks/inference.ts";
import { fillByName, filledParameters, fillingRules, IMAGE } from "../../core/networks/parameters.ts";
import deno from "../../deno.json" with { type: "json" };
import { type Feeds, openCpuStopwatch, type TimedGraph } from "../../kernels/mod.ts";
import { type LatencyRunner, type LatencyTarget, pausing, type TargetOptions } from "./target.ts";

/** Values for inputs by the filling rule. */
export function filledInputs(inputs: Readonly<Record<string, Shape>>): Feeds {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, shape]) => [name, fillByName(name, elementCount(shape))]),
  );
}

function runnerOf(timed: TimedGraph, graph: Graph): LatencyRunner {
  const pause = pausing();
  return {
    async time() {
      await pause();
      return timed.tasks().map(({ ms }) => ms);
    },
    perOperation: () =>
      timed.tasks().map(({ node, kernel, ms }) => {
        const { op, shape } = graph.nodes[node]!;
        return { op, kernel, shape, ms };
      }),
    [Symbol.dispose]: () => undefined,
  };
}

/** Opens the kernels on this thread. */
export async function openCpuTarget({ batch }: TargetOptions): Promise<LatencyTarget> {
  const { device, open } = await openCpuStopwatch();
  return {
    device: {
      name: device.name,
      kind: "cpu",
      runtime: `zennas ${deno.version} CPU backend, one core, ${device.details}`,
      fusion: "zennas",
      precision: "f32",
    },
    openNetwork(design) {
      const { graph, shape, parameters } = inferenceGraph(design, { batch });
      const feeds = { ...filledParameters(parameters, fillingRules.trained), ...filledInputs({ [IMAGE]: shape }) };
      return Promise.resolve(runnerOf(open(graph, feeds), graph));
    },
    openKernel(kernel) {
      const single = kernelGraph(kernel);
      return single && runnerOf(open(single.graph, filledInputs(single.inputs)), single.graph);
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}
