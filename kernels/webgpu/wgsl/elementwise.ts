/** Elementwise kernels, printed from the operations' expressions. */
import { binaryExpressions, type Expression, unaryExpressions } from "../../../core/graph/ops/expression.ts";
import { printExpression, viewFields, viewText } from "./expressions.ts";
import { type Kernel, MAIN, type Width } from "./kernel.ts";

const space = { xSpace: "u32", ySpace: "u32", zSpace: "u32" } as const;

/** Parameters of `z = f(x)`. Width 4 needs a `count` of elements that is a multiple of four. */
export const unaryFields = {
  x: "at",
  z: "at",
  xSpace: "u32",
  zSpace: "u32",
  count: "u32",
  scale: "f32",
  shift: "f32",
} as const;

/**
 * Parameters of `z = f(x, y)`, both read under views. y may be smaller than x: element i of x goes with element
 * `⌊i / period⌋ · inner + i mod inner` of y.
 */
export const binaryFields = {
  x: "at",
  y: "at",
  z: "at",
  ...space,
  ...viewFields,
  yScale: "at",
  yShift: "at",
  yActivation: "u32",
  count: "u32",
  period: "u32",
  inner: "u32",
  channels: "u32",
} as const;

/**
 * A kernel that computes one value an invocation, or four, of an expression of one input. Memory traffic: the tensor
 * in, the tensor out.
 */
function unaryKernel(expression: Expression, width: Width): Kernel<typeof unaryFields> {
  const type = width === 4 ? "vec4<f32>" : "f32";
  return {
    fields: unaryFields,
    width,
    body: `
fn apply(x: ${type}) -> ${type} { return ${printExpression(expression, type)}; }
${MAIN}
  let at = index * ${width}u;
  if (at >= p.count) { return; }
  ${
      width === 4
        ? "putQuad(p.z + at, 4u, apply(quad(p.x + at)));"
        : "put(p.zSpace, p.z + at, apply(load(p.xSpace, p.x + at)));"
    }
}`,
  };
}

/**
 * A kernel that computes one value an invocation, or four, of an expression of two inputs. Memory traffic: both tensors
 * in, one out. Where there is a scale, width 4 needs channels that are a multiple of four.
 */
function binaryKernel(expression: Expression, width: Width): Kernel<typeof binaryFields> {
  const type = width === 4 ? "vec4<f32>" : "f32";
  const [x, y] = width === 4
    ? ["quad(p.x + at)", "quad(p.y + beside)"]
    : ["load(p.xSpace, p.x + at)", "load(p.ySpace, p.y + beside)"];
  const z = "apply(viewed(x, viewAt(p.scale, p.shift, p.activation, channel)), " +
    "viewed(y, viewAt(p.yScale, p.yShift, p.yActivation, channel)))";
  return {
    fields: binaryFields,
    width,
    body: `${viewText(type)}
fn apply(x: ${type}, y: ${type}) -> ${type} { return ${printExpression(expression, type)}; }
${MAIN}
  let at = index * ${width}u;
  if (at >= p.count) { return; }
  let beside = at / p.period * p.inner + at % p.inner;
  let channel = at % p.channels;
  let x = ${x};
  let y = ${y};
  ${width === 4 ? `putQuad(p.z + at, 4u, ${z});` : `put(p.zSpace, p.z + at, ${z});`}
}`,
  };
}

/** Operations of one input that are no activations; each has a kernel for single values and one for quads. */
export const unaryNames = ["exp", "log", "sqrt", "reciprocal", "abs", "sign", "step", "affine"] as const;
/** Operations of two inputs. */
export const binaryNames = ["add", "mul"] as const;

type Named<Names extends readonly string[], K> = { readonly [Name in `${Names[number]}${Width}`]: K };

/** A kernel of each width for each name. */
function bothWidths<Names extends readonly string[], K>(
  names: Names,
  kernel: (name: Names[number], width: Width) => K,
): Named<Names, K> {
  const entries = names.flatMap((name) => ([1, 4] as const).map((width) => [name + width, kernel(name, width)]));
  return Object.fromEntries(entries);
}

/** Kernels of {@link unaryNames}. */
export const unaryKernels: Named<typeof unaryNames, Kernel<typeof unaryFields>> = bothWidths(
  unaryNames,
  (name, width) => unaryKernel(unaryExpressions[name], width),
);

/** Kernels of {@link binaryNames}. */
export const binaryKernels: Named<typeof binaryNames, Kernel<typeof binaryFields>> = bothWidths(
  binaryNames,
  (name, width) => binaryKernel(binaryExpressions[name], width),
);

/** Parameters of {@link viewKernel}. */
export const writtenViewFields = {
  x: "at",
  z: "at",
  xSpace: "u32",
  zSpace: "u32",
  ...viewFields,
  count: "u32",
  channels: "u32",
} as const;

/**
 * Writes a view to memory, for readers that cannot apply it themselves. Memory traffic: the tensor in, the tensor out.
 * Width 4 needs channels that are a multiple of four.
 */
export function viewKernel(width: Width): Kernel<typeof writtenViewFields> {
  const value = (x: string): string => `viewed(${x}, viewAt(p.scale, p.shift, p.activation, at % p.channels))`;
  return {
    fields: writtenViewFields,
    width,
    body: `${viewText(width === 4 ? "vec4<f32>" : "f32")}
${MAIN}
  let at = index * ${width}u;
  if (at >= p.count) { return; }
  ${
      width === 4
        ? `putQuad(p.z + at, 4u, ${value("quad(p.x + at)")});`
        : `put(p.zSpace, p.z + at, ${value("load(p.xSpace, p.x + at)")});`
    }
}`,
  };
}
