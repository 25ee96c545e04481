/** Held tensors for backends that keep none between runs: every run is fed them and gives what they become. */
import { type Backend, checkState, elementCount, type HeldShapes, resultsOf, type State } from "@zennas/zennas";

class CarriedState implements State {
  readonly shapes: HeldShapes;
  readonly values: Record<string, Float32Array<ArrayBuffer>>;

  constructor(shapes: HeldShapes) {
    this.shapes = shapes;
    this.values = Object.fromEntries(
      Object.entries(shapes).map(([name, shape]) => [name, new Float32Array(elementCount(shape))]),
    );
  }

  // deno-lint-ignore require-await
  async read(names: readonly string[] = Object.keys(this.shapes)): Promise<Record<string, Float32Array<ArrayBuffer>>> {
    return Object.fromEntries(names.map((name) => [name, this.values[name]!.slice()]));
  }

  // deno-lint-ignore require-await
  async write(values: Readonly<Record<string, Float32Array>>): Promise<void> {
    for (const [name, numbers] of Object.entries(values)) this.values[name] = Float32Array.from(numbers);
  }

  [Symbol.dispose](): void {}
}

/** The backend itself where it holds tensors; else with tensors that travel to the device and back in every run. */
export function holding(backend: Backend): Backend {
  try {
    backend.hold({})[Symbol.dispose]();
    return backend;
  } catch (error) {
    if (error instanceof TypeError) return carrying(backend);
    throw error;
  }
}

function carrying(backend: Backend): Backend {
  return {
    device: backend.device,
    concurrency: 1,
    hold: (shapes) => new CarriedState(shapes),
    compile: (graph, { state } = {}) => {
      const { updates = [], nodes, outputs } = graph, held = state as CarriedState;
      checkState(graph, held.shapes);
      const program = backend.compile({ nodes, outputs: resultsOf(graph) });
      return {
        run: async (options) => {
          const results = await program.run({ ...options, feeds: { ...held.values, ...options?.feeds } });
          await held.write(Object.fromEntries(updates.map(({ name }, at) => [name, results[outputs.length + at]!])));
          return results.slice(0, outputs.length);
        },
        [Symbol.dispose]: () => program[Symbol.dispose](),
      };
    },
    [Symbol.asyncDispose]: () => backend[Symbol.asyncDispose](),
  };
}
