/** Networks to export, and what they compute. */
import { evaluate, type NetworkForm, networkNamed, openBackend, type Precision } from "@zennas/zennas";
import {
  compareOutputs,
  type Comparison,
  exportTflite,
  filledNetwork,
  imageShape,
  type InferenceNetwork,
  type KnownNetwork,
  openLiteRt,
  randomImages,
  type TfliteOptions,
} from "@zennas/zennas/mobile";

/** A structure string as a small network with filled parameters. */
export function network(text: string, form: Partial<NetworkForm> = {}): KnownNetwork {
  return filledNetwork(networkNamed(text).design({ classes: 10, resolution: 16, ...form }));
}

/** Images that no calibration sees. */
export function testImages(of: InferenceNetwork, count = 4): Float32Array[] {
  return randomImages(imageShape(of), { name: "test", count });
}

/** The logits of the float64 oracle. */
export function oracle({ graph, values }: InferenceNetwork, image: Float32Array): Float32Array {
  return Float32Array.from(evaluate(graph, { feeds: { ...values, input: image } })[0]!);
}

/** A file of the network, calibrated on noise where it must be. */
export async function exported(
  of: KnownNetwork,
  precision: Precision,
  options: Partial<TfliteOptions> = {},
): Promise<Uint8Array> {
  await using backend = await openBackend("cpu", { workers: 1 });
  const images = randomImages(imageShape(of), { name: "calibration", count: 8 });
  const calibration = { name: "random", backend, images };
  return await exportTflite(of, { precision, calibration, producer: "test", ...options });
}

/** What a file answers to images. */
export async function answers(bytes: Uint8Array, images: readonly Float32Array[]): Promise<Float32Array[]> {
  using model = await openLiteRt(bytes);
  const outputs: Float32Array[] = [];
  for (const image of images) outputs.push((await model.run([image]))[0]!);
  return outputs;
}

/** How far a file is from its network. */
export async function distance(of: KnownNetwork, precision: Precision): Promise<Comparison> {
  const images = testImages(of), bytes = await exported(of, precision);
  return compareOutputs(images.map((image) => oracle(of, image)), await answers(bytes, images));
}
