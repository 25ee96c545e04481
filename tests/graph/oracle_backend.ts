/** The float64 oracle as a backend, for tests that ask what a result is without rounding. */
import { type Backend, evaluate, type Graph, type Program } from "../../core/mod.ts";

/** Runs graphs by their reference code; outputs are rounded to float32 at the end. */
export const oracleBackend: Backend = {
  device: { backend: "cpu", name: "oracle", details: "float64" },
  concurrency: 1,
  compile: (graph: Graph): Program => ({
    run: (options) => Promise.resolve(evaluate(graph, options).map((values) => Float32Array.from(values))),
    [Symbol.dispose]: () => {},
  }),
  [Symbol.asyncDispose]: () => Promise.resolve(),
};
