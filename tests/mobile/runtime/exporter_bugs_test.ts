/**
 * Mistakes of an exporter are found, in a small network and in one that amplifies rounding until its logits say nothing;
 * right files pass.
 */
import assert from "node:assert/strict";
import { networkNamed, openBackend, type Precision, precisions } from "@zennas/zennas";
import {
  filledNetwork,
  imageShape,
  type KnownNetwork,
  randomImages,
  simplify,
  verifyTflite,
} from "@zennas/zennas/mobile";
import { metadataOf } from "../../../mobile/tflite/export.ts";
import { lowerToLite } from "../../../mobile/tflite/lower.ts";
import type { LiteModel, LiteOperator, LiteTensor } from "../../../mobile/tflite/model.ts";
import { calibrate } from "../../../mobile/tflite/precision/calibrate.ts";
import { withDynamicRange } from "../../../mobile/tflite/precision/dynamic.ts";
import { withFloat16Weights } from "../../../mobile/tflite/precision/float16.ts";
import { withInt8 } from "../../../mobile/tflite/precision/int8.ts";
import { PADDING } from "../../../mobile/tflite/schema.ts";
import { writeLiteModel } from "../../../mobile/tflite/writer.ts";
import { everyRow } from "../../scale.ts";

/** Windows of 7 × 7 are in 8 bits in dynamic range, too. */
const small = "SuperConvK3BNRELU(3,8,2,1)SuperResIDWE4K7(8,16,2,8,1)";
const networks: Readonly<Record<string, KnownNetwork>> = {
  "a small network": filledNetwork(networkNamed(small).design({ resolution: 16, classes: 10 })),
  ...everyRow && {
    "a network that amplifies rounding": filledNetwork(networkNamed("mobilenet_v3_large").design({ resolution: 32 })),
  },
};

async function modelIn(of: KnownNetwork, precision: Precision): Promise<LiteModel> {
  const simple = simplify(of), model = lowerToLite(simple);
  if (precision === "f32") return model;
  if (precision === "f16") return withFloat16Weights(model);
  if (precision === "dynamic") return withDynamicRange(model);
  await using backend = await openBackend("cpu", { workers: 1 });
  const images = randomImages(imageShape(of), { name: "calibration", count: 16 });
  return withInt8(model, { ranges: await calibrate(simple, { backend, images }), io: "float" });
}

const written = (model: LiteModel, { of, precision }: { of: KnownNetwork; precision: Precision }): Uint8Array =>
  writeLiteModel(model, {
    metadata: metadataOf(of, { precision, producer: "test" }),
    signature: { input: "image", output: "logits" },
  });

/** The float32 values of a tensor that a model has, made from its stored integers where it has those. */
function valuesOf({ tensors, operators }: LiteModel, id: number): number[] {
  const { data, quantization } = tensors[id]!;
  if (!data) {
    return valuesOf(
      { tensors, operators } as LiteModel,
      operators.find(({ outputs }) => outputs[0] === id)!.inputs[0]!,
    );
  }
  const length = data.length / (quantization?.scales.length ?? 1);
  return Array.from(data, (value, at) => value * (quantization?.scales[Math.floor(at / length)] ?? 1));
}

const largest = (values: readonly number[]): number =>
  values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);

/** The convolution whose bias is largest beside its weights. */
function layerOf(model: LiteModel): LiteOperator {
  const ratio = ({ inputs: [, weight, bias] }: LiteOperator) =>
    largest(valuesOf(model, bias!)) / largest(valuesOf(model, weight!));
  return model.operators.filter(({ name, inputs }) => name === "CONV_2D" && inputs[2] !== undefined)
    .toSorted((a, b) => ratio(b) - ratio(a))[0]!;
}

const withTensor = (model: LiteModel, id: number, change: (tensor: LiteTensor) => Partial<LiteTensor>): LiteModel => ({
  ...model,
  tensors: model.tensors.map((tensor, at) => at === id ? { ...tensor, ...change(tensor) } : tensor),
});

/** The tensor that holds a layer's weights: behind a DEQUANTIZE in float16. */
function weightsOf({ operators, tensors }: LiteModel, { inputs: [, weight] }: LiteOperator): number {
  return tensors[weight!]!.data ? weight! : operators.find(({ outputs }) => outputs[0] === weight)!.inputs[0]!;
}

/** What an exporter may get wrong. */
const mistakes: Readonly<Record<string, (model: LiteModel) => LiteModel | undefined>> = {
  "two channels' weights swapped": (model) =>
    withTensor(model, weightsOf(model, layerOf(model)), ({ data, shape }) => {
      const row = data!.length / shape[0]!, swapped = data!.slice();
      swapped.set(data!.subarray(0, row) as never, row);
      swapped.set(data!.subarray(row, 2 * row) as never, 0);
      return { data: swapped };
    }),
  "a bias left out": (model) =>
    withTensor(model, layerOf(model).inputs[2]!, ({ data }) => ({ data: data!.slice().fill(0) })),
  "padding behind the image instead of around it": (model) => {
    const padding = model.operators.find(({ name }) => name === "PAD")!,
      [x] = padding.inputs,
      [padded] = padding.outputs;
    return {
      ...model,
      operators: model.operators.filter((each) => each !== padding).map((each) =>
        each.inputs[0] !== padded ? each : {
          ...each,
          inputs: [x!, ...each.inputs.slice(1)],
          options: { ...each.options!, padding: PADDING.SAME } as LiteOperator["options"] & object,
        }
      ),
    };
  },
  "an activation left out": (model) => {
    if (model.tensors[model.operators.at(-2)!.outputs[0]!]!.quantization) return undefined; // the range cuts off the same
    const fused = model.operators.find(({ options }) =>
      options && "activation" in options && options.activation !== 0
    )!;
    const without = { ...fused, options: { ...fused.options!, activation: 0 } as LiteOperator["options"] & object };
    return { ...model, operators: model.operators.map((each) => each === fused ? without : each) };
  },
  "a wrong zero point": (model) => {
    const { outputs: [to] } = layerOf(model), quantization = model.tensors[to!]!.quantization;
    if (!quantization) return undefined;
    const zeroPoints = quantization.zeroPoints.map((zero) => zero > 0 ? zero - 128 : zero + 128);
    return withTensor(model, to!, () => ({ quantization: { ...quantization, zeroPoints } }));
  },
};

for (const [what, of] of Object.entries(networks)) {
  for (const precision of precisions) {
    Deno.test(`an exporter's mistakes in ${precision} are found in ${what}`, async () => {
      await using backend = await openBackend("cpu", { workers: 1 });
      const model = await modelIn(of, precision), options = { backend, images: 2 };
      const verified = async (made: LiteModel) => await verifyTflite(written(made, { of, precision }), options);
      assert.deepEqual((await verified(model)).faults, []);
      for (const [mistake, make] of Object.entries(mistakes)) {
        const wrong = make(model);
        if (!wrong) continue;
        const { passed, worstStep } = await verified(wrong);
        assert(!passed, `${mistake}: ${worstStep.excessDb} dB`);
      }
    });
  }
}
