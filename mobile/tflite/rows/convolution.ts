/**
 * Rows of convolutions and linear layers. Each layer is written with a bias, because without one the runtime fails or
 * computes wrong results.
 */
import { ohwi, type Shape } from "../../../core/graph/shape.ts";
import type { NodeId } from "../../../core/graph/graph.ts";
import type { LoweredNode } from "../../../core/graph/row.ts";
import type { LiteLowering } from "../lowering.ts";
import type { TensorId } from "../model.ts";

/** Transposes `[o, kh, kw, 1]` to `[1, kh, kw, o]`. */
function depthwiseWeight(values: Float32Array, [o, kh, kw]: readonly [number, number, number, number]): Float32Array {
  const taps = kh * kw;
  return values.map((_, index) => values[(index % o) * taps + Math.floor(index / o)]!);
}

interface Layer {
  readonly weight: NodeId;
  readonly bias: NodeId | undefined;
  readonly channels: number;
}

/** Adds a layer's weight and bias as constants; `stored` is the weight in the layout of the operator. */
function parameters(
  lowering: LiteLowering,
  { weight, bias, channels }: Layer,
  stored: { readonly shape: Shape; readonly data: Float32Array },
): readonly [TensorId, TensorId] {
  const layer = lowering.layer(weight);
  const values = bias === undefined ? new Float32Array(channels) : lowering.parameter(bias);
  return [
    lowering.constant(`${layer}/weight`, stored),
    lowering.constant(`${layer}/bias`, { shape: [channels], data: values }),
  ];
}

/**
 * `DEPTHWISE_CONV_2D` where each group has one input channel, else `CONV_2D`; the runtime derives the number of groups
 * from the weight's depth.
 */
export function conv2d(
  lowering: LiteLowering,
  { id, inputs: [x, weight, bias], attributes, shape }: LoweredNode<"conv2d">,
): void {
  const { stride, groups } = attributes, channels = shape[3]!;
  const extents = ohwi(lowering.shape(weight!), "a weight"), [o, kh, kw, i] = extents;
  const window = lowering.windowInput(x!, { ...attributes, kernel: kh, outside: "zero" });
  const depthwise = i === 1 && groups > 1, values = lowering.parameter(weight!);
  const constants = parameters(
    lowering,
    { weight: weight!, bias, channels },
    depthwise ? { shape: [1, kh, kw, o], data: depthwiseWeight(values, extents) } : { shape: extents, data: values },
  );
  const { tensor, activation } = lowering.placeFused(id, lowering.layer(weight!));
  const geometry = {
    padding: window.padding,
    strideW: stride,
    strideH: stride,
    dilationW: 1,
    dilationH: 1,
    activation,
  };
  lowering.operator({
    name: depthwise ? "DEPTHWISE_CONV_2D" : "CONV_2D",
    inputs: [window.tensor, ...constants],
    outputs: [tensor],
    options: depthwise
      ? { table: "DepthwiseConv2DOptions", ...geometry, depthMultiplier: o / groups }
      : { table: "Conv2DOptions", ...geometry },
  });
}

/** `FULLY_CONNECTED`. */
export function linear(lowering: LiteLowering, { id, inputs: [x, weight, bias], shape }: LoweredNode<"linear">): void {
  const stored = { shape: lowering.shape(weight!), data: lowering.parameter(weight!) };
  const constants = parameters(lowering, { weight: weight!, bias, channels: shape[1]! }, stored);
  const { tensor, activation } = lowering.placeFused(id, lowering.layer(weight!));
  lowering.operator({
    name: "FULLY_CONNECTED",
    inputs: [lowering.tensor(x!), ...constants],
    outputs: [tensor],
    options: { table: "FullyConnectedOptions", activation },
  });
}
