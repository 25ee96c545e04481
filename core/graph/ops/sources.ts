/** Operations without inputs: where a graph's numbers come from. */
import { noGradients, noMacs, type OpDef } from "../op.ts";
import { fillNormal } from "../../numeric/random.ts";
import { elementCount, type Shape, ShapeError } from "../shape.ts";

/** A tensor given by name when the graph runs. */
export interface InputAttributes {
  /** The feed's name. */
  readonly name: string;
  /** Its extents. */
  readonly shape: Shape;
}

/** A tensor drawn on the device from N(0,1). */
export interface GaussianAttributes {
  /** Its extents. */
  readonly shape: Shape;
  /** The stream of the run's seed and draw that it takes (see `fillNormal`). */
  readonly stream: number;
}

/** A tensor of known values: one for all elements, or one each. */
export interface ConstantAttributes {
  /** Its extents. */
  readonly shape: Shape;
  /** One value, or as many as the tensor has elements. */
  readonly values: readonly number[];
}

function declaredShape(shape: Shape): Shape {
  if (shape.length > 0 && shape.every((extent) => Number.isSafeInteger(extent) && extent > 0)) return shape;
  throw new ShapeError(`Cannot make a tensor as every extent must be a positive integer: got [${shape}]`);
}

/** A tensor from the run's feeds. */
export const input: OpDef<InputAttributes> = {
  shape: (_, { shape }) => declaredShape(shape),
  macs: noMacs,
  inPlace: false,
  degrees: undefined,
  backward: noGradients,
  reference: (_, { name, shape }, run) => Float64Array.from(feed(run.feeds, name, shape)),
};

/** The feed of an input node; throws RangeError where it is missing, ShapeError where its length is wrong. */
export function feed(
  feeds: Readonly<Record<string, Float32Array>> | undefined,
  name: string,
  shape: Shape,
): Float32Array {
  const values = feeds?.[name];
  if (!values) throw new RangeError(`Cannot run the graph as every input needs a feed: got none for ${name}`);
  if (values.length !== elementCount(shape)) {
    throw new ShapeError(`Cannot feed ${name} as it is [${shape}]: got ${values.length} values`);
  }
  return values;
}

/** N(0,1) from the run's seed and draw and the node's stream. */
export const gaussian: OpDef<GaussianAttributes> = {
  shape: (_, { shape }) => declaredShape(shape),
  macs: noMacs,
  inPlace: false,
  degrees: undefined,
  backward: noGradients,
  reference: (_, { stream }, { output, seed = 0, draw = 0 }) =>
    fillNormal(new Float64Array(elementCount(output)), { seed, stream, draw }),
};

/** Known values. */
export const constant: OpDef<ConstantAttributes> = {
  shape: (_, { shape, values }) => {
    if ([1, elementCount(declaredShape(shape))].includes(values.length)) return shape;
    throw new ShapeError(`Cannot fill [${shape}] as it takes one value or one each: got ${values.length}`);
  },
  macs: noMacs,
  inPlace: false,
  degrees: undefined,
  backward: noGradients,
  reference: (_, { values }, { output }) =>
    Float64Array.from({ length: elementCount(output) }, (_, index) => values[index % values.length]!),
};
