/** Tensors of a file as the parameters of a network. */
import type { Parameter } from "../../networks/layers.ts";
import { elementCount, sameShape, type Shape } from "../../graph/shape.ts";
import { isFraction } from "./dtypes.ts";
import { CheckpointError, type CheckpointErrorKind, shown } from "./error.ts";
import type { Checkpoint } from "./open.ts";
import type { StoredTensor, TensorDescription } from "./stored_tensor.ts";

/** What distinguishes the tensors of a file from the parameters of a network: names, in the order of either. */
export interface ParameterMismatch {
  /** Parameters that have no tensor. */
  readonly missing: readonly string[];
  /** Tensors that are no parameter. */
  readonly unexpected: readonly string[];
  /** Tensors whose shape is another. */
  readonly wrongShape: readonly string[];
  /** Tensors whose elements are no fractions. */
  readonly wrongType: readonly string[];
}

/** Counts of batches, which PyTorch keeps beside running statistics; inference has no use for them. */
const BATCH_COUNT = /(^|\.)num_batches_tracked$/;

/** What a normalisation counts and averages: tensors that no gradient changes. */
const STATISTICS = /(^|\.)(num_batches_tracked|running_mean|running_var)$/;

/** The number of learnable values among tensors, told by their names: running statistics do not count. */
export function learnableCount(tensors: ReadonlyMap<string, TensorDescription>): number {
  const learnable = [...tensors.values()].filter(({ name }) => !STATISTICS.test(name));
  return learnable.reduce((sum, { shape }) => sum + elementCount(shape), 0);
}

/** PyTorch's order of the dimensions `[o, h, w, i]`, and the way back. */
const TO_TORCH = [0, 3, 1, 2], FROM_TORCH = [0, 2, 3, 1];

/** Whether the file has its channels second and we have them last. */
const isTurned = ({ role }: Parameter): boolean => role === "conv_weight";

/** The shape that a parameter has in a file. */
export function storedShape(parameter: Parameter): Shape {
  const { shape } = parameter;
  return isTurned(parameter) ? TO_TORCH.map((axis) => shape[axis]!) : shape;
}

/** A parameter's tensor with its dimensions in PyTorch's order. */
export function inTorchOrder(parameter: Parameter, tensor: StoredTensor): StoredTensor {
  return isTurned(parameter) ? tensor.permuted(TO_TORCH) : tensor;
}

/** Compares names, shapes and types of a file's tensors with a network's parameters. */
export function compareParameters(
  tensors: ReadonlyMap<string, TensorDescription>,
  parameters: readonly Parameter[],
): ParameterMismatch {
  const known = new Set(parameters.map(({ name }) => name));
  const present = parameters.filter(({ name }) => tensors.has(name));
  const names = (some: readonly Parameter[]): string[] => some.map(({ name }) => name);
  return {
    missing: names(parameters.filter(({ name }) => !tensors.has(name))),
    unexpected: [...tensors.keys()].filter((name) => !known.has(name) && !BATCH_COUNT.test(name)),
    wrongShape: names(present.filter((it) => !sameShape(tensors.get(it.name)!.shape, storedShape(it)))),
    wrongType: names(present.filter(({ name }) => !isFraction(tensors.get(name)!.dtype))),
  };
}

/** Whether nothing distinguishes them. */
export function isMatch(mismatch: ParameterMismatch): boolean {
  return Object.values(mismatch).every(({ length }) => length === 0);
}

/** How many names a message lists of each kind; the error has them all. */
const MOST_LISTED = 5;

/** Throws where tensors and parameters differ: one error that lists everything, of the first kind that there is. */
function checkMatch(checkpoint: Checkpoint, parameters: readonly Parameter[]): void {
  const mismatch = compareParameters(checkpoint.tensors, parameters), { path, tensors } = checkpoint;
  const byName = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const shapes = (name: string): string => {
    const list = (shape: readonly number[]): string => `[${shape.join(", ")}]`;
    return `${shown(name)} is ${list(tensors.get(name)!.shape)}, not ${list(storedShape(byName.get(name)!))}`;
  };
  const problems: readonly (readonly [CheckpointErrorKind, readonly string[], string])[] = [
    ["missing", mismatch.missing, listing("missing", mismatch.missing, shown)],
    ["unexpected", mismatch.unexpected, listing("unexpected", mismatch.unexpected, shown)],
    ["shape", mismatch.wrongShape, listing("of another shape", mismatch.wrongShape, shapes)],
    [
      "dtype",
      mismatch.wrongType,
      listing("no fractions", mismatch.wrongType, (name) => `${shown(name)} is ${tensors.get(name)!.dtype}`),
    ],
  ];
  const found = problems.filter(([, names]) => names.length > 0), [first] = found;
  if (!first) return;
  const got = found.map(([, , text]) => text).join("; ");
  const message = `Cannot take the weights of ${path} as they are those of another network: got ${got}`;
  throw new CheckpointError(first[0], message, { path, names: found.flatMap(([, names]) => names), mismatch });
}

function listing(what: string, names: readonly string[], text: (name: string) => string): string {
  const more = names.length > MOST_LISTED ? `, and ${names.length - MOST_LISTED} more` : "";
  return `${names.length} ${what}: ${names.slice(0, MOST_LISTED).map(text).join(", ")}${more}`;
}

/**
 * The values of a network's parameters out of a file of weights, by name, in float32: feeds for a graph whose parameters
 * are `fedParameters`. Convolutions are turned from PyTorch's `[o, i, h, w]` to `[o, h, w, i]`; `num_batches_tracked` is
 * left out. Names and shapes are compared before anything is read. Throws CheckpointError `missing`, `unexpected`, `shape`
 * or `dtype`, with all that differs in its message and its `mismatch`.
 *
 * @example
 * ```ts
 * import { openCheckpoint, readParameters } from "@zennas/zennas";
 * using checkpoint = openCheckpoint("tests/fixtures/checkpoints/convolution.pt");
 * const parameters = [{ name: "conv.weight", shape: [2, 1, 3, 2], role: "conv_weight" } as const];
 * const { "conv.weight": weight } = readParameters(checkpoint, parameters);
 * // Stored are 0 … 11 as [2, 2, 1, 3]: the channels are 3 apart.
 * if (weight?.join() !== "0,3,1,4,2,5,6,9,7,10,8,11") throw new Error();
 * ```
 */
export function readParameters(
  checkpoint: Checkpoint,
  parameters: readonly Parameter[],
): Record<string, Float32Array<ArrayBuffer>> {
  checkMatch(checkpoint, parameters);
  const turned = (parameter: Parameter, tensor: StoredTensor): StoredTensor =>
    isTurned(parameter) ? tensor.permuted(FROM_TORCH) : tensor;
  return Object.fromEntries(
    parameters.map((it) => [it.name, turned(it, checkpoint.tensors.get(it.name)!).toFloat32()]),
  );
}
