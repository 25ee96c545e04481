/** Gradients of graphs beside central differences of the float64 oracle. */
import assert from "node:assert/strict";
import { evaluate, gradients, type Graph, GraphBuilder, type NodeId } from "../../core/mod.ts";
import { type Case, normals } from "../kernels/cases.ts";
import { STEP } from "./gradient_cases.ts";

/** A scalar on a graph, and the fed nodes that it depends on. */
export interface Scalar {
  readonly builder: GraphBuilder;
  readonly loss: NodeId;
  readonly inputs: readonly NodeId[];
  readonly feeds: Record<string, Float32Array>;
}

/** A builder that holds a graph's nodes under their ids. */
export function reopened(graph: Graph): GraphBuilder {
  const builder = new GraphBuilder();
  for (const { op, inputs, attributes } of graph.nodes) builder.add<typeof op>(op, inputs, attributes);
  return builder;
}

/** Σ node · weights, with weights drawn from N(0,1) and fed under a name of their own. */
export function weighted(scalar: Omit<Scalar, "loss">, node: NodeId): NodeId {
  const { builder, feeds } = scalar, shape = builder.shape(node), name = `weights${Object.keys(feeds).length}`;
  feeds[name] = normals(shape, 900 + Object.keys(feeds).length);
  const weights = builder.add("input", [], { name, shape });
  return builder.add("sum", [builder.add("mul", [node, weights], {})], {});
}

/** A weighted sum of a case's output. */
export function scalarOf({ graph, feeds }: Case): Scalar {
  const inputs = graph.nodes.flatMap(({ op }, id) => op === "input" ? [id] : []);
  const whole = { builder: reopened(graph), inputs, feeds: { ...feeds } };
  return { ...whole, loss: weighted(whole, graph.outputs[0]!) };
}

/** The scalar Σ over its inputs of a weighted sum of its gradient: its own gradient is of second order. */
export function secondOrder(scalar: Scalar): Scalar {
  const { builder, loss, inputs } = scalar;
  const parts = gradients(builder, { of: loss, withRespectTo: inputs }).map((id) => weighted(scalar, id));
  return { ...scalar, loss: parts.reduce((sum, part) => builder.add("add", [sum, part], {})) };
}

/** At most so many elements of each input are moved. */
const MOVED = 20;

function moved(feeds: Scalar["feeds"], name: string, change: { readonly at: number; readonly by: number }) {
  const values = feeds[name]!.slice();
  values[change.at]! += change.by;
  return { ...feeds, [name]: values };
}

function feedName(builder: GraphBuilder, id: NodeId): string {
  const node = builder.node(id);
  return node.op === "input" ? node.attributes.name : assert.fail(`${node.op} is not fed`);
}

/** Asserts that a scalar's gradients are its central differences. */
export function assertGradients(scalar: Scalar, name: string): void {
  const { builder, loss, inputs, feeds } = scalar;
  const actual = evaluate(builder.build(gradients(builder, { of: loss, withRespectTo: inputs })), { feeds });
  const graph = builder.build([loss]), value = (feeds: Scalar["feeds"]): number => evaluate(graph, { feeds })[0]![0]!;
  inputs.forEach((id, index) => {
    const fed = feedName(builder, id), gradient = actual[index]!;
    assert.equal(gradient.length, feeds[fed]!.length, name);
    const largest = Math.max(1, ...gradient.map(Math.abs)), every = Math.ceil(gradient.length / MOVED);
    for (let at = 0; at < gradient.length; at += every) {
      const beside = (by: number): number => value(moved(feeds, fed, { at, by }));
      const difference: number = (beside(STEP) - beside(-STEP)) / (2 * STEP);
      assert.ok(
        Math.abs(gradient[at]! - difference) < 1e-6 * largest,
        `${name}: element ${at} of input ${index} has gradient ${gradient[at]}, not ${difference}`,
      );
    }
  });
}
