/**
 * Whether each step of a file computes what the network's does. A step is computed by the network, its weights rounded,
 * from what the file has before it, so that no error of an earlier step counts, and none is amplified: an exporter's
 * mistake shows in the step that it is in, in networks that amplify rounding as much as in others.
 */
import type { Backend, Program } from "../../core/graph/backend.ts";
import { IMAGE, type InferenceNetwork } from "../network/network.ts";
import type { FileQuantization } from "../tflite/file.ts";
import { withFloatPorts } from "../tflite/rewire.ts";
import { openLiteRt } from "./litert.ts";
import { asReadInDynamicRange, asSummed } from "./rounding.ts";
import { fedName, type Step, stepGraph, valuesOf } from "./steps.ts";

/** How far a step of a file is off its network's, beside what rounding explains. */
export interface StepError {
  /** The layer, or the tensor that another operator writes. */
  readonly name: string;
  /** The operator. */
  readonly operator: string;
  /** The channel of its output that is furthest off. */
  readonly channel: number;
  /** The error of that channel, within the range that the file stores, over the error that rounding makes, dB. */
  readonly excessDb: number;
  /** What the range that the file stores cuts off, over the signal, dB; −∞, in JSON null, where nothing is. */
  readonly cutOffDb: number;
  /** The range that the file stores over that of the values: how much coarser its scale is than it need be. */
  readonly coarseness: number;
}

/**
 * The most that a right step has. An error of half a scale everywhere is 4.8 dB more than rounding makes on average, and
 * sums and products of 8 bits are rounded more than once. Images differ from those that ranges were measured on; what is cut
 * off then is less than what 8 bits may differ by at all.
 */
const MOST = { excessDb: 10, cutOffDb: -20, coarseness: 8 } as const;

/** What is wrong with a step; undefined for one that rounding explains. */
export function faultOf(
  { name, operator, channel, excessDb, cutOffDb, coarseness }: StepError,
): string | undefined {
  const step = `${name} (${operator})`;
  if (excessDb > MOST.excessDb) {
    return `${step} is ${excessDb.toFixed(0)} dB further off than rounding, in channel ${channel}`;
  }
  if (cutOffDb > MOST.cutOffDb) {
    return `${step} is cut off by the range that it is stored in, ${cutOffDb.toFixed(0)} dB of it`;
  }
  if (coarseness > MOST.coarseness) return `${step} is stored in a range ${coarseness.toFixed(0)} × its own`;
  return undefined;
}

/** What step errors are measured with. */
export interface StepErrorOptions {
  /** The network as exporters take it. */
  readonly network: Pick<InferenceNetwork, "graph">;
  /** Its weights as the file's precision rounds them. */
  readonly rounded: InferenceNetwork["values"];
  readonly steps: readonly Step[];
  readonly images: readonly Float32Array[];
  /** What the file is given for them. */
  readonly fed: readonly Float32Array[];
  readonly backend: Backend;
  /** Whether the runtime rounds what layers read to 8 bits as they read it. */
  readonly isDynamic: boolean;
}

/** The most values that the runtime gives at once: 256 MB. */
const MOST_VALUES = 1 << 26;

/** Steps in groups whose tensors are not too large together. */
function groupsOf(steps: readonly Step[]): Step[][] {
  const groups: Step[][] = [[]];
  for (const step of steps) {
    const last = groups.at(-1)!;
    if (last.length > 0 && valuesOf([...last, step]) > MOST_VALUES) groups.push([step]);
    else last.push(step);
  }
  return groups;
}

/** What the file has for each step, image by image. */
async function tensorsInFile(
  bytes: Uint8Array,
  { steps, fed }: Pick<StepErrorOptions, "steps" | "fed">,
): Promise<Float32Array[][]> {
  const found: Float32Array[][] = fed.map(() => []);
  for (const group of groupsOf(steps)) {
    using model = await openLiteRt(withFloatPorts(bytes, { outputs: group.map(({ tensor }) => tensor) }));
    for (const [at, image] of fed.entries()) found[at]!.push(...await model.run([image]));
  }
  return found;
}

/** The range of what 8 bits store. */
function rangeIn({ scales, zeroPoints }: FileQuantization): readonly [number, number] {
  const scale = scales[0]!, zero = zeroPoints[0] ?? 0;
  return [(-128 - zero) * scale, (127 - zero) * scale];
}

/** What one step adds up over images. */
class StepSums {
  readonly #step: Step;
  /** By channel: squared differences of the file's values from the network's, and those that rounding makes. */
  readonly #errors: Float64Array;
  readonly #explained: Float64Array;
  #signal = 0;
  #cutOff = 0;
  #lowest = 0;
  #highest = 0;

  constructor(step: Step) {
    this.#step = step;
    this.#errors = new Float64Array(step.shape.at(-1)!);
    this.#explained = new Float64Array(step.shape.at(-1)!);
  }

  /** Adds an image's values: the file's, the network's, and those of the network with rounding before its sums. */
  add(inFile: Float32Array, exact: Float32Array, coarse: Float32Array): void {
    const { stored } = this.#step, channels = this.#errors.length;
    const [least, most] = stored ? rangeIn(stored) : [-Infinity, Infinity];
    const rounding = stored ? stored.scales[0]! ** 2 / 12 : 0, summed = stored ? exact : asSummed(exact);
    for (let at = 0; at < exact.length; at++) {
      const value = exact[at]!, kept = Math.max(least, Math.min(most, value)), channel = at % channels;
      this.#errors[channel]! += (inFile[at]! - kept) ** 2;
      const rounded = Math.max(least, Math.min(most, coarse[at]!));
      this.#explained[channel]! += (rounded - kept) ** 2 + rounding + (summed[at]! - value) ** 2;
      this.#signal += value ** 2;
      this.#cutOff += (value - kept) ** 2;
      this.#lowest = Math.min(this.#lowest, value);
      this.#highest = Math.max(this.#highest, value);
    }
  }

  /** How far it is off in the channel where it is furthest; rounding explains what it makes of one channel on average. */
  error(): StepError {
    const { name, operator, stored } = this.#step, explained = this.#explained;
    const average = explained.reduce((sum, value) => sum + value, 0) / explained.length;
    const ratios = this.#errors.map((error, at) => error === 0 ? 0 : error / Math.max(explained[at]!, average));
    const channel = ratios.reduce((worst, ratio, at) => ratio > ratios[worst]! ? at : worst, 0);
    const range = this.#highest - this.#lowest;
    return {
      name,
      operator,
      channel,
      excessDb: 10 * Math.log10(ratios[channel]!),
      cutOffDb: this.#cutOff === 0 ? -Infinity : 10 * Math.log10(this.#cutOff / this.#signal),
      coarseness: stored && operator !== "LOGISTIC" && range > 0 ? stored.scales[0]! * 255 / range : 1,
    };
  }
}

/** A tensor as sums take it: in dynamic range rounded, in float32 as far as sums of it are right, in 8 bits exactly. */
function asRead(
  tensor: Float32Array,
  { stored, isDynamic }: Pick<Step, "stored"> & { isDynamic: boolean },
): Float32Array {
  if (isDynamic) return asReadInDynamicRange(tensor);
  return stored ? tensor : asSummed(tensor);
}

async function addImage(
  sums: readonly StepSums[],
  inFile: readonly Float32Array[],
  { program, image, options }: {
    readonly program: Program;
    readonly image: Float32Array;
    readonly options: StepErrorOptions;
  },
): Promise<void> {
  const { rounded, steps, isDynamic } = options;
  const feeds = (tensor: (at: number) => Float32Array) =>
    Object.fromEntries(steps.map(({ node }, at) => [fedName(node), tensor(at)]));
  const read = (at: number) => asRead(inFile[at]!, { ...steps[at]!, isDynamic });
  const exact = await program.run({ feeds: { ...rounded, ...feeds((at) => inFile[at]!), [IMAGE]: image } });
  const coarse = await program.run({
    feeds: { ...rounded, ...feeds(read), [IMAGE]: asRead(image, { stored: undefined, isDynamic }) },
  });
  sums.forEach((each, at) => each.add(inFile[at]!, exact[at]!, coarse[at]!));
}

/** The error of each step of a file, the furthest off first. Throws MobileError. */
export async function stepErrors(bytes: Uint8Array, options: StepErrorOptions): Promise<readonly StepError[]> {
  const { network, steps, images, backend } = options, inFile = await tensorsInFile(bytes, options);
  const sums = steps.map((step) => new StepSums(step));
  using program = backend.compile(stepGraph(network.graph, steps));
  for (const [at, image] of images.entries()) await addImage(sums, inFile[at]!, { program, image, options });
  return sums.map((each) => each.error()).toSorted((a, b) => b.excessDb - a.excessDb);
}
