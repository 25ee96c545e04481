/** The contract that every operation of a graph fulfils. */
import type { GraphBuilder, NodeId } from "./graph.ts";
import type { Shape } from "./shape.ts";

/** A tensor of the float64 oracle, row-major. */
export interface Tensor64 {
  /** Its extents. */
  readonly shape: Shape;
  /** Its elements, row-major. */
  readonly data: Float64Array;
}

/** What a run of a graph is given from outside: the random numbers' seed, and values by name. */
export interface RunOptions {
  /** Seed of every `gaussian` node; a non-negative safe integer. */
  readonly seed?: number;
  /** Which independent repetition of the draws under that seed; 0 unless told. */
  readonly draw?: number;
  /** Values of the graph's `input` nodes by name, each row-major in the node's shape. */
  readonly feeds?: Readonly<Record<string, Float32Array>>;
}

/** A node whose inputs' gradients are asked for, and the graph that they go on. */
export interface BackwardSite<Attributes> {
  /** The graph that holds the node and takes the gradients' nodes. */
  readonly builder: GraphBuilder;
  /** The node's inputs. */
  readonly inputs: readonly NodeId[];
  /** The node itself. */
  readonly output: NodeId;
  /** The gradient with respect to the node's output, in its shape. */
  readonly gradient: NodeId;
  /** The node's attributes. */
  readonly attributes: Attributes;
}

/** A gradient for each input, in its shape; `undefined` where it is zero everywhere it is defined. */
export type InputGradients = readonly (NodeId | undefined)[];

/**
 * One operation, declared once: shapes, cost, scaling, gradient, and a slow float64 oracle. Devices hold a table of
 * kernels over the same names (see `core/graph/row.ts`), so that adding an operation makes the compiler name every
 * missing row.
 */
export interface OpDef<Attributes> {
  /** The output's shape; throws `ShapeError` for inputs that do not fit. */
  shape(inputs: readonly Shape[], attributes: Attributes): Shape;
  /** Multiply-adds of one evaluation; only convolutions and linear layers have any. */
  macs(inputs: readonly Shape[], output: Shape): number;
  /** Whether the output may be written over an input of its shape: no row (last axis) of it needs another row of that. */
  readonly inPlace: boolean;
  /**
   * Degrees of homogeneity: inputs times k₁, k₂, … > 0 make the output times Πkᵢ^degrees[i]. Inputs beyond the list are
   * added or stand side by side: they must be scaled by that same product, by any one number where the list is empty.
   * `undefined` where scaled inputs do not make a scaled output.
   */
  readonly degrees: readonly number[] | undefined;
  /** The gradients of the inputs as nodes of other operations; a gradient that is not used is never computed. */
  backward(site: BackwardSite<Attributes>): InputGradients;
  /** The output in float64, by the plainest code that can be right. */
  reference(inputs: readonly Tensor64[], attributes: Attributes, run: OracleRun): Float64Array;
}

/** What the oracle knows beside a node's inputs. */
export interface OracleRun extends RunOptions {
  /** The shape of the node's output. */
  readonly output: Shape;
}

/** No multiply-adds: for every operation that is neither a convolution nor a linear layer. */
export function noMacs(): number {
  return 0;
}

/** No gradients: for operations without inputs, and for those whose derivative is zero everywhere. */
export function noGradients(): InputGradients {
  return [];
}
