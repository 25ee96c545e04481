/** The definition of a kind of block: its arguments, its inner blocks, how it is built and what it costs. */
import type { NodeId } from "../../graph/graph.ts";
import type { Network } from "../layers.ts";
import type { Block } from "./structure.ts";

/** What a network needs to be built, beside its structure string. */
export interface NetworkForm {
  /** Outputs of the classifier. */
  readonly classes: number;
  /** Rows and columns of the input image. */
  readonly resolution: number;
  /** Whether super blocks contain squeeze-and-excitation; default: false. */
  readonly squeezeExcite?: boolean;
  /** Whether residual blocks add their input; default: true. Searches score networks without it. */
  readonly residualLinks?: boolean;
  /** Whether batch normalisations normalise; default: true. If false, each is the identity. */
  readonly batchNorm?: boolean;
}

/** The switches of a network's form, with all defaults filled in. */
export type FormSwitches = Required<Omit<NetworkForm, "classes" | "resolution">>;

/** A position in a network. */
export interface Place {
  /** The input of the block, `[n, h, w, c]` (or `[n, c]` after a `Flatten`). */
  readonly input: NodeId;
  /** The prefix of the parameters' names in a checkpoint, such as `module_list.3`. */
  readonly name: string;
}

/** Where a block is added to a graph, and the functions that it may use to do so. */
export interface LoweringSite extends Place {
  /** The network that the block is added to; its builder accepts any operation. */
  readonly network: Network;
  /** The switches of the form that is built. */
  readonly form: FormSwitches;
  /** A batch normalisation as in the published networks, or the input itself where the form has none. */
  batchNorm(at: Place): NodeId;
  /** Adds an inner block after `input`, with parameters named `name`; returns its output. */
  block(inner: Block, at: Place): NodeId;
  /** Adds inner blocks, each after the one before, named `name.module_list.0` and so on; returns the last output. */
  sequence(inner: readonly Block[], at: Place): NodeId;
}

/** What the reference's rules may use to count a block. */
export interface ReferenceSite {
  /** Rows and columns of the block's input. */
  readonly resolution: number;
  /** Rows and columns of its output by the reference's rule, ⌊resolution / stride⌋. */
  readonly outputResolution: number;
  /** Channels of the block's input. */
  readonly inputChannels: number;
  /** Channels of the block's output. */
  readonly outputChannels: number;
  /** The switches of the form that is counted. */
  readonly form: FormSwitches;
}

/** Parameters and multiply-adds as the reference counts them. */
export interface ReferenceCost {
  /** Parameters; fewer than there are, because a normalisation counts once a channel. */
  readonly parameters: number;
  /** Multiply-adds for one image, those of normalisations among them. */
  readonly macs: number;
}

/** What every definition contains. */
export interface CommonDefinition {
  /** A letter, then letters and digits. */
  readonly name: string;
  /**
   * The arguments' names, in order. Six names have a meaning: `in` and `out` are the channels of input and output,
   * `channels` is both, `stride` divides the resolution, `size` is the output's resolution, and `layers` is how many
   * layers the block counts for.
   */
  readonly arguments: readonly string[];
  /** The lowest and highest value of an argument by name, where it is not 1 … 65,536. */
  readonly ranges?: Readonly<Record<string, readonly [lowest: number, highest: number]>>;
  /** Whether all arguments may be left out; the parser then derives them from the inner blocks. */
  readonly argumentsOptional?: boolean;
  /**
   * How inner blocks form the output: a sequence, or the sum or concatenation of several branches. Default: no inner
   * blocks.
   */
  readonly branches?: "sequence" | "sum" | "concat";
  /**
   * Whether `splitStructure` may split the block in two; this needs the arguments `in`, `out`, `stride` and `layers`.
   */
  readonly splits?: boolean;
}

/**
 * A block that stands for a sequence of other blocks. Its graph, parameter names and costs are those of that sequence.
 */
export interface CompositeDefinition extends CommonDefinition {
  /** The blocks that it stands for. */
  expand(block: Block, form: FormSwitches): readonly Block[];
}

/** A block that adds its own operations to a graph. */
export interface PrimitiveDefinition extends CommonDefinition {
  /** The layers that it counts for, where it has neither an argument `layers` nor inner blocks; default: 0. */
  readonly layers?: number;
  /** Adds the block to the network and returns its output. */
  lower(block: Block, site: LoweringSite): NodeId;
  /**
   * The block's own cost by the reference's rules, without its inner blocks; default: the block's true parameters and
   * multiply-adds.
   */
  referenceCost?(block: Block, site: ReferenceSite): ReferenceCost;
}

/** A kind of block. */
export type BlockDefinition = CompositeDefinition | PrimitiveDefinition;
