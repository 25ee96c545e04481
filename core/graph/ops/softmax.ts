/** The logarithm of a softmax: the one primitive that cross-entropy needs. */
import type { GraphBuilder, NodeId } from "../graph.ts";
import { type BackwardSite, type InputGradients, noMacs, type OpDef } from "../op.ts";
import { ShapeError } from "../shape.ts";
import type { NoAttributes } from "./elementwise.ts";

/** The sum of each row of `[n, k]`, in every column of that row: a product with ones. */
function rowSums(builder: GraphBuilder, id: NodeId): NodeId {
  const [, columns] = builder.shape(id) as [number, number];
  const ones = (shape: readonly number[]): NodeId => builder.add("constant", [], { shape, values: [1] });
  return builder.add("linear", [builder.add("linear", [id, ones([1, columns])], {}), ones([columns, 1])], {});
}

/** gradient − softmax · Σ gradient. */
function backward({ builder, output, gradient }: BackwardSite<NoAttributes>): InputGradients {
  const softmax = builder.add("exp", [output], {});
  const pull = builder.add("mul", [softmax, rowSums(builder, gradient)], {});
  return [builder.add("add", [gradient, builder.add("affine", [pull], { scale: -1, shift: 0 })], {})];
}

/** x − ln Σ e^x of each row: `[n, k]` to the logarithms of its softmax. */
export const log_softmax: OpDef<NoAttributes> = {
  shape: ([x]) => {
    if (x!.length !== 2) throw new ShapeError(`Cannot take a softmax of rows as it takes [n, k]: got [${x}]`);
    return x!;
  },
  macs: noMacs,
  inPlace: true,
  degrees: undefined,
  backward,
  reference: ([x]) => {
    const columns = x!.shape[1]!;
    const normalizers = Array.from({ length: x!.shape[0]! }, (_, row) => {
      const values = x!.data.subarray(row * columns, (row + 1) * columns), largest = Math.max(...values);
      return largest + Math.log(values.reduce((sum, value) => sum + Math.exp(value - largest), 0));
    });
    return x!.data.map((value, index) => value - normalizers[Math.floor(index / columns)]!);
  },
};
