/** What a kind of block is: its arguments, its inner blocks, how it is built and what it costs. */
import type { NodeId } from "../../graph/graph.ts";
import type { Network } from "../layers.ts";
import type { Block } from "./structure.ts";

/** What a structure string leaves open about its network. */
export interface NetworkForm {
  /** Outputs of the classifier. */
  readonly classes: number;
  /** Rows and columns of the input image. */
  readonly resolution: number;
  /** Whether super blocks hold squeeze-and-excitation; false unless told. */
  readonly squeezeExcite?: boolean;
  /** Whether residual blocks add their input; true unless told. Searches score networks without. */
  readonly residualLinks?: boolean;
  /** Whether batch normalisations normalise; true unless told. Without, each is the identity. */
  readonly batchNorm?: boolean;
}

/** The switches of a network's form, all of them set. */
export type FormSwitches = Required<Omit<NetworkForm, "classes" | "resolution">>;

/** A position in a network. */
export interface Place {
  /** What goes in, `[n, h, w, c]` (or `[n, c]` after a `Flatten`). */
  readonly input: NodeId;
  /** Where the parameters go in a checkpoint, such as `module_list.3`. */
  readonly name: string;
}

/** Where and how a block is put on a graph. */
export interface LoweringSite extends Place {
  /** The network that grows; its builder takes any operation. */
  readonly network: Network;
  /** The switches of the form that is built. */
  readonly form: FormSwitches;
  /** A batch normalisation as the published networks have them, or nothing in a network without. */
  batchNorm(at: Place): NodeId;
  /** Puts an inner block on the graph, behind `input`, with parameters named `name`; returns its output. */
  block(inner: Block, at: Place): NodeId;
  /** Puts inner blocks on the graph, each behind the one before, named `name.module_list.0` and so on. */
  sequence(inner: readonly Block[], at: Place): NodeId;
}

/** What the reference's counting of a block may use. */
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

/** The reference's counting of parameters and multiply-adds. */
export interface ReferenceCost {
  /** Parameters; fewer than there are, because a normalisation counts once a channel. */
  readonly params: number;
  /** Multiply-adds for one image, those of normalisations among them. */
  readonly flops: number;
}

/** What every definition says. */
export interface CommonDefinition {
  /** A letter, then letters and digits. */
  readonly name: string;
  /**
   * The arguments' names, in order. Six names have a meaning: `in` and `out` are the channels of input and output,
   * `channels` is both, `stride` divides the resolution, `size` is the output's resolution, and `layers` is how many
   * layers the block counts for.
   */
  readonly arguments: readonly string[];
  /** Arguments that are not 1 … 65,536: their lowest and highest value by name. */
  readonly ranges?: Readonly<Record<string, readonly [lowest: number, highest: number]>>;
  /** Whether the arguments may be left out together; the parser then takes them from the inner blocks. */
  readonly argumentsOptional?: boolean;
  /** How inner blocks make the output: one branch, or the sum or the concatenation of several. None unless told. */
  readonly branches?: "sequence" | "sum" | "concat";
  /** Whether `splitStructure` may cut the block in two; needs `in`, `out`, `stride` and `layers`. */
  readonly splits?: boolean;
}

/** A block that stands for a sequence of other blocks; lowering, names and costs come from those. */
export interface CompositeDefinition extends CommonDefinition {
  /** The blocks that it stands for. */
  expand(block: Block, form: FormSwitches): readonly Block[];
}

/** A block that puts itself on a graph. */
export interface PrimitiveDefinition extends CommonDefinition {
  /** How many layers it counts for, where no argument tells and no inner blocks do; 0 unless told. */
  readonly layers?: number;
  /** Adds the block to the network and returns its output. */
  lower(block: Block, site: LoweringSite): NodeId;
  /**
   * What the reference's counting adds for this block beside its inner blocks; the block's true parameters and
   * multiply-adds unless told.
   */
  referenceCost?(block: Block, site: ReferenceSite): ReferenceCost;
}

/** A kind of block. */
export type BlockDefinition = CompositeDefinition | PrimitiveDefinition;
