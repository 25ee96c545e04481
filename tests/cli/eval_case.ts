/** A network with weights in a file, for evaluations whose results can be computed here. */
import {
  type Backend,
  type Classifier,
  elementCount,
  fillByName,
  filledParameters,
  fillingRules,
  inferenceGraph,
  type NamedDesign,
  networkNamed,
  openClassifier,
  type Parameter,
} from "@zennas/zennas";
import { safetensorsFile } from "../io/checkpoints/files.ts";

/** A small structure for images of CIFAR's size. */
export const structure = "SuperConvK3BNRELU(3,8,2,1)SuperResK3K3(8,16,2,8,1)";

/** The structure for 10 classes. */
export const design: NamedDesign = networkNamed(structure).design({ classes: 10, resolution: 32 });

/** A shape as PyTorch has it: channels second. */
const torchShape = ({ shape: [o, h, w, i], shape }: Parameter): readonly number[] =>
  shape.length === 4 ? [o!, i!, h!, w!] : shape;

/**
 * A safetensors file of the weights that the filling rule `trained` gives, in PyTorch's layout; the classifier's times
 * `factor`, so that logits are the filled network's times it.
 */
export function trainedWeights(of: NamedDesign = design, { factor: scaled = 1 } = {}): Uint8Array<ArrayBuffer> {
  const header: Record<string, unknown> = {}, parts: number[] = [];
  for (const parameter of inferenceGraph(of, { batch: 1 }).parameters) {
    const { name, shape } = parameter, { scale, shift } = fillingRules.trained(parameter), start = parts.length;
    const factor = Math.fround(scale), term = Math.fround(shift), times = name.startsWith("fc_linear.") ? scaled : 1;
    for (const value of fillByName(name, elementCount(shape))) parts.push((Math.fround(value * factor) + term) * times);
    header[name] = { dtype: "F32", shape: torchShape(parameter), data_offsets: [4 * start, 4 * parts.length] };
  }
  return safetensorsFile(JSON.stringify(header), new Uint8Array(Float32Array.from(parts).buffer));
}

/** The same network, without a file. */
export function trainedClassifier(backend: Backend, batch = 1): Promise<Classifier> {
  return openClassifier(design, { batch, backend, values: (all) => filledParameters(all, fillingRules.trained) });
}
