/** Puts the normalisation of pixels into a model, so that callers give it the pixels themselves. */
import type { Normalization } from "../../core/images/mod.ts";
import type { LiteModel, LiteOperator, LiteTensor } from "./model.ts";

/** What callers give: float32 values that are normalised already, or pixels in float32 from 0 to 1, or in 8 bits. */
export const inputKinds = ["normalized", "pixels", "uint8", "int8"] as const;

/** A kind in {@link inputKinds}. */
export type InputKind = typeof inputKinds[number];

/** The input tensor of each kind; 8 bits from black to white are 0 … 1. */
const pixelTensors: Readonly<Record<Exclude<InputKind, "normalized">, Pick<LiteTensor, "type" | "quantization">>> = {
  pixels: { type: "FLOAT32" },
  uint8: { type: "UINT8", quantization: { scales: [1 / 255], zeroPoints: [0], axis: 0 } },
  int8: { type: "INT8", quantization: { scales: [1 / 255], zeroPoints: [-128], axis: 0 } },
};

/** The model behind `pixel / deviation − mean / deviation`; its input must be in float32. */
export function withPixelInput(
  model: LiteModel,
  { kind, normalization: { mean, std } }: {
    readonly kind: Exclude<InputKind, "normalized">;
    readonly normalization: Normalization;
  },
): LiteModel {
  const tensors = [...model.tensors], { shape, type } = tensors[model.input]!;
  if (type !== "FLOAT32") throw new TypeError(`Cannot normalise pixels for an input in ${type}: it must be FLOAT32`);
  const add = (tensor: LiteTensor): number => tensors.push(tensor) - 1;
  const vector = (name: string, of: (channel: number) => number): number =>
    add({ name: `pixels/${name}`, shape: [1, 1, 1, 3], type, data: Float32Array.from([0, 1, 2], of) });
  const input = add({ name: "pixels", shape, ...pixelTensors[kind] });
  const float = kind === "pixels" ? input : add({ name: "pixels/float32", shape, type });
  const scaled = add({ name: "pixels/scaled", shape, type });
  const operators: LiteOperator[] = [
    {
      name: "MUL",
      inputs: [float, vector("factor", (c) => 1 / std[c]!)],
      outputs: [scaled],
      options: { table: "MulOptions" },
    },
    {
      name: "ADD",
      inputs: [scaled, vector("summand", (c) => -mean[c]! / std[c]!)],
      outputs: [model.input],
      options: { table: "AddOptions" },
    },
  ];
  const converted: LiteOperator = {
    name: "DEQUANTIZE",
    inputs: [input],
    outputs: [float],
    options: { table: "DequantizeOptions" },
  };
  return {
    tensors,
    operators: [...kind === "pixels" ? [] : [converted], ...operators, ...model.operators],
    input,
    output: model.output,
  };
}
