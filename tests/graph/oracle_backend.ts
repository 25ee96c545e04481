/** The float64 oracle as a backend, for tests that ask what a result is without rounding. */
import {
  type Backend,
  checkState,
  elementCount,
  evaluate,
  type HeldShapes,
  ShapeError,
  type State,
  type State64,
} from "../../core/mod.ts";

class OracleState implements State {
  readonly shapes: HeldShapes;
  readonly values: State64;

  constructor(shapes: HeldShapes) {
    this.shapes = shapes;
    this.values = new Map(Object.entries(shapes).map(([name, shape]) => [name, new Float64Array(elementCount(shape))]));
  }

  // deno-lint-ignore require-await
  async read(names: readonly string[] = Object.keys(this.shapes)) {
    return Object.fromEntries(names.map((name) => [name, Float32Array.from(this.#of(name))]));
  }

  // deno-lint-ignore require-await
  async write(values: Readonly<Record<string, Float32Array>>): Promise<void> {
    const entries = Object.entries(values);
    for (const [name, { length }] of entries) {
      if (length !== this.#of(name).length) throw new ShapeError(`Cannot hold ${length} values as ${name}`);
    }
    for (const [name, numbers] of entries) this.values.set(name, Float64Array.from(numbers));
  }

  #of(name: string): Float64Array {
    const held = this.values.get(name);
    if (!held) throw new RangeError(`Cannot read ${name} as no such tensor is held`);
    return held;
  }

  [Symbol.dispose](): void {}
}

/** Runs graphs by their reference code; outputs are rounded to float32 at the end, held tensors are not. */
export const oracleBackend: Backend = {
  device: { backend: "cpu", name: "oracle", details: "float64" },
  concurrency: 1,
  compile(graph, { state } = {}) {
    checkState(graph, state?.shapes ?? {});
    const held = state && { state: (state as OracleState).values };
    return {
      // deno-lint-ignore require-await
      run: async (options) => evaluate(graph, { ...options, ...held }).map((values) => Float32Array.from(values)),
      [Symbol.dispose]: () => {},
    };
  },
  hold: (shapes) => new OracleState(shapes),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
