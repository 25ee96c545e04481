/**
 * Distillation: a network learns from the maps and logits of a trained one beside the labels (Hinton et al., arXiv 1503.02531;
 * Romero et al., arXiv 1412.6550), by the loss of Zen-NAS's training on ImageNet.
 */
import { GraphBuilder, type NodeId } from "../graph/graph.ts";
import { nhwc, type Shape, ShapeError } from "../graph/shape.ts";
import type { NetworkDesign } from "../networks/design.ts";
import { Network, type Parameter } from "../networks/layers.ts";
import { fedParameters, IMAGE, sharedParameters } from "../networks/parameters.ts";
import type { TrainConfig } from "./config.ts";
import { Arithmetic } from "./arithmetic.ts";
import { crossEntropy, smoothL1 } from "./losses.ts";
import { resizedBilinear } from "./resized.ts";
import type { TrainingPass } from "./step_options.ts";

/** PyTorch's default, of normalisations behind projections. */
const EPSILON = 1e-5;

/** How a student is taught. */
export interface DistillationOptions
  extends Pick<TrainConfig, "featureWeight" | "logitWeight" | "featureRatio" | "projection"> {
  /** The trained network. Images are resized to its resolution where the student's is another. */
  readonly teacher: NetworkDesign;
}

/** Where a network's maps are, by how often they halve its images. */
type Stages = ReadonlyMap<number, NodeId>;

/** The name of a teacher's parameter among held tensors. */
export function teacherName(parameter: string): string {
  return `teacher/${parameter}`;
}

/**
 * The last block of each down-sample ratio, a power of two: the images' rows over the map's, rounded on a logarithmic scale,
 * as layers round extents up.
 */
function stagesOf(builder: GraphBuilder, blocks: readonly NodeId[], resolution: number): Stages {
  return new Map(blocks.map((block) => {
    const [, rows] = nhwc(builder.shape(block), "a block's output");
    return [2 ** Math.round(Math.log2(resolution / rows)), block];
  }));
}

/** The teacher's parameters and running statistics, in the order of a checkpoint. */
export function teacherParameters(teacher: NetworkDesign): readonly Parameter[] {
  const builder = new GraphBuilder(), shape: Shape = [1, teacher.resolution, teacher.resolution, 3];
  const network = new Network({ builder, mode: "inference", parameters: fedParameters() });
  teacher.lower(network, builder.add("input", [], { name: IMAGE, shape }));
  return network.parameters;
}

/** The teacher in inference mode on the student's images. */
function teacherPass({ network: { builder }, images, hold }: TrainingPass, { teacher }: DistillationOptions) {
  const { resolution } = teacher, parameters = sharedParameters((_, { name, shape }) => hold(teacherName(name), shape));
  const network = new Network({ builder, mode: "inference", parameters });
  return teacher.lower(network, resizedBilinear(builder, images, { size: [resolution, resolution] }));
}

/** A student's map with the channels of the teacher's. */
function projected(
  network: Network,
  { x, ratio, channels }: { readonly x: NodeId; readonly ratio: number; readonly channels: number },
  projection: DistillationOptions["projection"],
): NodeId {
  const name = `distillation/stride${ratio}`, normed = projection.includes("norm");
  const sums = network.convolution(x, name, { channels, kernel: 1, bias: !normed });
  const y = normed ? network.batchNorm(sums, `${name}.norm`, { epsilon: EPSILON }) : sums;
  return projection.endsWith("relu") ? network.builder.add("relu", [y], {}) : y;
}

/** Down-sample ratios that both have. Throws ShapeError for none. */
function sharedRatios(student: Stages, teacher: Stages, least: number): readonly number[] {
  const shared = [...student.keys()].filter((ratio) => ratio >= least && teacher.has(ratio));
  if (shared.length > 0) return shared;
  const list = (stages: Stages): string => [...stages.keys()].join(", ");
  throw new ShapeError(
    `Cannot compare features as both networks must have some at one down-sample ratio of at least ${least}: ` +
      `got ${list(student)} and ${list(teacher)} (see featureRatio and featureWeight)`,
  );
}

/** The sum over stages of the smooth L1 distances between maps. */
function featureLoss(
  { network }: TrainingPass,
  { student, teacher }: { readonly student: Stages; readonly teacher: Stages },
  { featureRatio, projection }: DistillationOptions,
): NodeId {
  const { builder } = network, on = new Arithmetic(builder);
  return sharedRatios(student, teacher, featureRatio).map((ratio) => {
    const x = student.get(ratio)!, target = teacher.get(ratio)!, channels = builder.shape(target).at(-1)!;
    const [, rows, columns] = nhwc(builder.shape(x), "a student's map");
    const y = projected(network, { x, ratio, channels }, projection);
    return smoothL1(builder, y, resizedBilinear(builder, target, { size: [rows, columns] }));
  }).reduce((sum, loss) => on.plus(sum, loss));
}

/** The cross-entropy of the student's classes with the teacher's probabilities. Throws ShapeError for other classes. */
function logitLoss({ network: { builder }, logits }: TrainingPass, taught: NodeId): NodeId {
  const [, classes] = builder.shape(logits), [, known] = builder.shape(taught);
  if (classes !== known) {
    throw new ShapeError(
      `Cannot learn a teacher's logits as both networks must have the same classes: got ${classes} and ${known}`,
    );
  }
  const targets = builder.add("exp", [builder.add("log_softmax", [taught], {})], {});
  return crossEntropy(builder, { logits, targets });
}

/**
 * A loss for `trainingGraphs`: cross-entropy with the labels + featureWeight · Σ smooth L1 of maps + logitWeight ·
 * cross-entropy with the teacher's probabilities. Maps are compared at every down-sample ratio of at least `featureRatio`
 * that both networks have: the student's behind a 1×1 convolution of its own, which is trained, the teacher's resized
 * bilinearly. The teacher is in inference mode, its tensors are held as `teacher/<parameter>` and never change.
 */
export function distillationLoss(student: NetworkDesign, options: DistillationOptions): (pass: TrainingPass) => NodeId {
  const { teacher, featureWeight, logitWeight } = options;
  return (pass) => {
    const { builder } = pass.network, on = new Arithmetic(builder), taught = teacherPass(pass, options);
    const stages = {
      student: stagesOf(builder, pass.blocks, student.resolution),
      teacher: stagesOf(builder, taught.blocks, teacher.resolution),
    };
    const terms = [
      crossEntropy(builder, pass),
      ...(featureWeight > 0 ? [on.scaled(featureLoss(pass, stages, options), featureWeight)] : []),
      ...(logitWeight > 0 ? [on.scaled(logitLoss(pass, taught.logits), logitWeight)] : []),
    ];
    return terms.reduce((sum, term) => on.plus(sum, term));
  };
}
