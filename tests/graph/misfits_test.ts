/** Inputs and attributes that an operation refuses, beside the nearest that it takes. */
import assert from "node:assert/strict";
import { GraphBuilder, type OpAttributes, type OpName, ops, type Shape, ShapeError } from "../../core/mod.ts";

/** Inputs of an operation, and its attributes. */
type Use<K extends OpName> = readonly [shapes: readonly Shape[], attributes: OpAttributes[K]];

/** What an operation takes, and what it refuses with the reason. */
interface Uses<K extends OpName> {
  readonly taken: readonly (readonly [...Use<K>, output: Shape])[];
  readonly refused: readonly (readonly [...Use<K>, reason: RegExp])[];
}

/** Operations that take whatever there is. */
type Undemanding = Exclude<OpName, keyof typeof demanding>;

const image = [2, 4, 4, 6], one = { stride: 1, padding: 1, groups: 1 };
const norm = { epsilon: 1e-3 }, c6 = [6];
const pool = { kernel: 3, stride: 1, padding: 1 };
const positive = /^Cannot make a tensor as every extent must be a positive integer: got /;

const spread = {
  taken: [
    [[image, image], {}, image],
    [[image, [1]], {}, image],
    [[image, [6]], {}, image],
    [[image, [2, 1, 1, 6]], {}, image],
  ],
  refused: [
    [[image, [4]], {}, /^Cannot combine tensors elementwise as shapes must agree: got \[2,4,4,6\] and \[4\]$/],
    [[image, [1, 1, 1, 6]], {}, /got \[2,4,4,6\] and \[1,1,1,6\]$/],
    [[image, [2, 1, 1, 1]], {}, /shapes must agree/],
    [[[2, 6], [2, 1]], {}, /shapes must agree/],
  ],
} as const satisfies Uses<"add">;

const statistics = {
  taken: [[[image], {}, [6]], [[[5, 3]], {}, [3]]],
  refused: [[[[6]], {}, /^Cannot take statistics per channel of a vector: got \[6\]$/]],
} as const satisfies Uses<"channel_mean">;

const demanding = {
  input: {
    taken: [[[], { name: "x", shape: [1] }, [1]]],
    refused: [
      [[], { name: "x", shape: [] }, positive],
      [[], { name: "x", shape: [0] }, positive],
      [[], { name: "x", shape: [2, 1.5] }, positive],
    ],
  },
  gaussian: { taken: [], refused: [[[], { shape: [-1], stream: 0 }, positive]] },
  constant: {
    taken: [[[], { shape: [2, 2], values: [1] }, [2, 2]], [[], { shape: [2], values: [1, 2] }, [2]]],
    refused: [
      [[], { shape: [0], values: [1] }, positive],
      [[], { shape: [2], values: [] }, /^Cannot fill \[2\] as it takes one value or one each: got 0$/],
      [[], { shape: [2], values: [1, 2, 3] }, /got 3$/],
    ],
  },
  conv2d: {
    taken: [
      [[image, [4, 3, 3, 6], [4]], one, [2, 4, 4, 4]],
      [[image, [4, 3, 3, 3]], { ...one, groups: 2 }, [2, 4, 4, 4]],
      [[image, [4, 4, 4, 6]], { ...one, padding: 0 }, [2, 1, 1, 4]],
    ],
    refused: [
      [[[2, 6], [4, 3, 3, 6]], one, /^Cannot use a convolution's input as \[n, h, w, c\]: got \[2,6\]$/],
      [[image, [4, 6]], one, /^Cannot use a convolution's weight as \[o, kh, kw, i\]: got \[4,6\]$/],
      [[image, [4, 3, 3, 5]], one, /1 groups of 5 channels .* got 6 in, 4 out$/],
      [[image, [5, 3, 3, 3]], { ...one, groups: 2 }, /2 groups of 3 channels .* got 6 in, 5 out$/],
      [[image, [4, 3, 3, 6], [5]], one, /^Cannot add a bias as it needs \[4\]: got \[5\]$/],
      [[image, [4, 3, 3, 6], [1, 4]], one, /got \[1,4\]$/],
      [[image, [4, 5, 5, 6]], { ...one, padding: 0 }, /^Cannot slide a window of 5 over 4 values padded by 0/],
    ],
  },
  conv2d_input: {
    taken: [[[[2, 4, 4, 4], [4, 3, 3, 6]], { ...one, size: [4, 4] }, image]],
    refused: [
      [[[2, 4, 4, 4], [4, 3, 3, 6]], { ...one, size: [4, 5] }, /^Cannot transpose a convolution to \[2,4,5,4\]/],
      [[[2, 4, 4, 4], [5, 3, 3, 6]], { ...one, size: [4, 4] }, /over another: got \[2,4,4,4\]$/],
      [[[2, 16], [4, 3, 3, 6]], { ...one, size: [4, 4] }, /a convolution's output as/],
    ],
  },
  conv2d_weight: {
    taken: [[[image, [2, 4, 4, 4]], { ...one, kernel: [3, 3], perImage: false }, [4, 3, 3, 6]]],
    refused: [
      [[image, [2, 4, 5, 4]], { ...one, kernel: [3, 3], perImage: false }, /got \[2,4,5,4\]$/],
      [[image, [3, 4, 4, 4]], { ...one, kernel: [3, 3], perImage: false }, /got \[3,4,4,4\]$/],
    ],
  },
  linear: {
    taken: [[[[3, 4], [5, 4], [5]], {}, [3, 5]]],
    refused: [
      [[[3, 4], [5, 3]], {}, /^Cannot apply a linear layer as it takes .*: got \[3,4\] and \[5,3\]$/],
      [[[3, 4, 1], [5, 4]], {}, /got \[3,4,1\] and \[5,4\]$/],
      [[[3, 4], [5, 4, 1]], {}, /got \[3,4\] and \[5,4,1\]$/],
      [[[3, 4], [5, 4], [4]], {}, /^Cannot add a bias as it needs \[5\]: got \[4\]$/],
    ],
  },
  channel_mean: statistics,
  channel_variance: statistics,
  normalize: {
    taken: [[[image, c6, c6, c6, c6], norm, image]],
    refused: [
      [[image, c6, c6, c6], norm, /^Cannot normalise 6 channels by vectors of \[6\], \[6\], \[6\]$/],
      [[image, c6, [5], c6, c6], norm, /vectors of \[6\], \[5\], \[6\], \[6\]$/],
      [[image, c6, c6, c6, [6, 1]], norm, /\[6,1\]$/],
      [[c6, c6, c6, c6, c6], norm, /statistics per channel of a vector/],
    ],
  },
  add: spread,
  mul: spread,
  broadcast: {
    taken: [[[[6]], { shape: image }, image]],
    refused: [[[[4]], { shape: image }, /^Cannot spread a tensor .*: got \[4\] to \[2,4,4,6\]$/]],
  },
  reduce_sum: {
    taken: [[[image], { shape: [6] }, [6]]],
    refused: [[[image], { shape: [4] }, /^Cannot spread a tensor .*: got \[4\] to \[2,4,4,6\]$/]],
  },
  log_softmax: {
    taken: [[[[2, 3]], {}, [2, 3]]],
    refused: [[[[3]], {}, /^Cannot take a softmax of rows as it takes \[n, k\]: got \[3\]$/], [[image], {}, /softmax/]],
  },
  concat: {
    taken: [[[[2, 3], [2, 1]], {}, [2, 4]]],
    refused: [
      [[[2, 3], [1, 3]], {}, /^Cannot join tensors .*: got \[2,3\], \[1,3\]$/],
      [[[2, 3], [2, 1, 3]], {}, /Cannot join/],
    ],
  },
  slice: {
    taken: [[[[2, 4]], { start: 1, length: 3 }, [2, 3]], [[[4]], { start: 0, length: 4 }, [4]]],
    refused: [
      [[[4]], { start: 1, length: 4 }, /^Cannot slice \[4\] .*: got 4 from 1$/],
      [[[4]], { start: -1, length: 2 }, /got 2 from -1$/],
      [[[4]], { start: 1, length: 0 }, /got 0 from 1$/],
    ],
  },
  pad_channels: {
    taken: [[[[2, 3]], { before: 0, after: 0 }, [2, 3]], [[[2, 3]], { before: 1, after: 2 }, [2, 6]]],
    refused: [
      [[[2, 3]], { before: -1, after: 2 }, /^Cannot pad \[2,3\] as zeros are added, not taken: got -1 and 2$/],
      [[[2, 3]], { before: 2, after: -1 }, /got 2 and -1$/],
    ],
  },
  transpose: {
    taken: [[[[2, 3]], {}, [3, 2]]],
    refused: [[[[3]], {}, /^Cannot transpose as it takes \[a, b\]: got \[3\]$/]],
  },
  reshape: {
    taken: [[[[2, 3]], { shape: [6] }, [6]]],
    refused: [[[[2, 3]], { shape: [7] }, /^Cannot reshape \[2,3\] .*: got \[7\]$/]],
  },
  flatten: { taken: [[[image], {}, [2, 96]]], refused: [[[[2, 96]], {}, /as \[n, h, w, c\]: got \[2,96\]$/]] },
  unflatten: {
    taken: [[[[2, 12]], { size: [3, 2] }, [2, 3, 2, 2]]],
    refused: [
      [[[2, 13]], { size: [3, 2] }, /^Cannot unflatten as it takes \[n, c·3·2\]: got \[2,13\]$/],
      [[[2, 12, 1]], { size: [3, 2] }, /got \[2,12,1\]$/],
    ],
  },
  max_pool: {
    taken: [[[image], { kernel: 2, stride: 2, padding: 1 }, [2, 3, 3, 6]]],
    refused: [
      [[image], { kernel: 3, stride: 1, padding: 2 }, /^Cannot pad a pooling window of 3 by more than half: got 2$/],
      [[image], { kernel: 7, stride: 1, padding: 1 }, /^Cannot slide a window of 7 over 4 values padded by 1/],
      [[[2, 6]], pool, /a pooling's input as/],
    ],
  },
  average_pool: { taken: [], refused: [[[image], { kernel: 1, stride: 1, padding: 1 }, /more than half: got 1$/]] },
  adaptive_average_pool: {
    taken: [[[image], { size: 1 }, [2, 1, 1, 6]]],
    refused: [[[[2, 6]], { size: 1 }, /as \[n, h/]],
  },
  max_pool_scatter: {
    taken: [[[image, image], pool, image]],
    refused: [[[image, [2, 4, 5, 6]], pool, /^Cannot scatter a pooling's gradient .*: got \[2,4,5,6\]$/]],
  },
  max_pool_gather: {
    taken: [[[image, image], pool, image]],
    refused: [[[image, [2, 4, 5, 6]], pool, /^Cannot gather by a pooling of .*: got \[2,4,5,6\]$/]],
  },
  average_unpool: {
    taken: [[[[2, 2, 2, 6]], { kernel: 2, stride: 2, padding: 0, size: [4, 5] }, [2, 4, 5, 6]]],
    refused: [
      [[[2, 2, 2, 6]], { kernel: 2, stride: 2, padding: 0, size: [4, 6] }, /^Cannot undo a pooling of \[2,4,6,6\]/],
    ],
  },
  adaptive_average_unpool: {
    taken: [[[[2, 2, 2, 6]], { size: [4, 5] }, [2, 4, 5, 6]]],
    refused: [[[[2, 2, 3, 6]], { size: [4, 5] }, /its output is a square: got \[2,2,3,6\]$/]],
  },
  sum_abs_difference: {
    taken: [[[[2, 3], [2, 3]], {}, [1]]],
    refused: [[[[2, 3], [3, 2]], {}, /^Cannot compare tensors of different shapes: got \[2,3\] and \[3,2\]$/]],
  },
} as const satisfies { readonly [K in OpName]?: Uses<K> };

/** Named so that the compiler asks for a row of each operation that comes to demand something. */
const undemanding: Readonly<Record<Undemanding, true>> = {
  relu: true,
  relu6: true,
  sigmoid: true,
  hard_sigmoid: true,
  swish: true,
  hard_swish: true,
  exp: true,
  log: true,
  sqrt: true,
  reciprocal: true,
  abs: true,
  sign: true,
  step: true,
  affine: true,
  sum: true,
  means: true,
};

/** The output's shape of an operation on inputs of these shapes. */
function shapeOf<K extends OpName>(op: K, shapes: readonly Shape[], attributes: OpAttributes[K]): Shape {
  const builder = new GraphBuilder();
  const inputs = shapes.map((shape, index) => builder.add("input", [], { name: `${index}`, shape }));
  return builder.shape(builder.add(op, inputs, attributes));
}

Deno.test("every operation refuses what does not fit it, with the rule and the shapes", () => {
  for (const [name, { taken, refused }] of Object.entries(demanding)) {
    const op = name as OpName;
    for (const [shapes, attributes, output] of taken) {
      assert.deepEqual(shapeOf(op, shapes, attributes as OpAttributes[OpName]), output, op);
    }
    for (const [shapes, attributes, reason] of refused) {
      const add = () => shapeOf(op, shapes, attributes as OpAttributes[OpName]);
      assert.throws(add, (error) => error instanceof ShapeError && reason.test(error.message), `${op} ${reason}`);
    }
  }
  assert.deepEqual([...Object.keys(demanding), ...Object.keys(undemanding)].sort(), Object.keys(ops).sort());
});
