/** The operators that have weights; their inputs are input, weight and bias. */
import type { LiteOperator, LiteTensor } from "../model.ts";
import type { OperatorName } from "../operators.ts";

/** The axis of a weight's output channels, by operator. */
export const channelAxis: Readonly<Partial<Record<OperatorName, number>>> = {
  CONV_2D: 0,
  DEPTHWISE_CONV_2D: 3,
  FULLY_CONNECTED: 0,
};

/** Whether an operator has a weight and a bias. */
export function isLayer({ name }: LiteOperator): boolean {
  return name in channelAxis;
}

/** The float32 values of a constant that is not quantised yet. */
export function floatData({ name, data }: LiteTensor): Float32Array {
  if (data instanceof Float32Array) return data;
  throw new TypeError(`Cannot quantise ${name} as it must hold float32: got ${data?.constructor.name ?? "no values"}`);
}
