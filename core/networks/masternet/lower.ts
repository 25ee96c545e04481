/** Builds the graphs of structures. */
import type { NodeId } from "../../graph/graph.ts";
import type { Network } from "../layers.ts";
import { ShapeError } from "../../graph/shape.ts";
import type { FormSwitches, LoweringSite, NetworkForm, Place } from "./definition.ts";
import { inputChannels } from "./inspect.ts";
import { printStructure } from "./print.ts";
import { kindOfBlock } from "./registry.ts";
import type { Block, Structure } from "./structure.ts";

/** Added to the variance by every batch normalisation of the published networks. */
const BATCH_NORM_EPSILON = 1e-3;

/** The longest text of a block that a message shows; the rest is cut. */
const LONGEST_SHOWN = 60;

function shown(block: Block): string {
  const text = printStructure({ blocks: [block] });
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}

/** The switches of a form, with defaults for those that are absent. */
export function formSwitches(form: Partial<NetworkForm>): FormSwitches {
  const { squeezeExcite = false, residualLinks = true, batchNorm = true } = form;
  return { squeezeExcite, residualLinks, batchNorm };
}

/** Adds blocks of one form to one network. */
class StructureLowering {
  readonly #network: Network;
  readonly #form: FormSwitches;

  constructor(network: Network, form: FormSwitches) {
    this.#network = network;
    this.#form = form;
  }

  block(block: Block, place: Place): NodeId {
    const { definition } = kindOfBlock(block);
    return "expand" in definition
      ? this.sequence(definition.expand(block, this.#form), place)
      : definition.lower(block, this.#site(place));
  }

  sequence(blocks: readonly Block[], at: Place): NodeId {
    return this.outputs(blocks, at).at(-1) ?? at.input;
  }

  /** Adds blocks to the network, each after the one before; returns the output of each. */
  outputs(blocks: readonly Block[], { input, name }: Place): NodeId[] {
    const outputs: NodeId[] = [];
    blocks.forEach((block, index) => {
      const x = outputs.at(-1) ?? input;
      this.#checkChannels(block, { before: blocks[index - 1], x });
      outputs.push(this.block(block, { input: x, name: `${name && `${name}.`}module_list.${index}` }));
    });
    return outputs;
  }

  #checkChannels(block: Block, { before, x }: { readonly before: Block | undefined; readonly x: NodeId }): void {
    const needed = inputChannels(block), given = this.#network.builder.shape(x).at(-1);
    if (needed === undefined || given === needed || given === this.#network.width(needed)) return;
    throw new ShapeError(
      `Cannot put ${shown(block)} behind ${before ? shown(before) : "its input"} as it takes ${needed} channels: ` +
        `got ${given}`,
    );
  }

  #batchNorm({ input, name }: Place): NodeId {
    return this.#form.batchNorm ? this.#network.batchNorm(input, name, { epsilon: BATCH_NORM_EPSILON }) : input;
  }

  #site({ input, name }: Place): LoweringSite {
    return {
      network: this.#network,
      form: this.#form,
      input,
      name,
      batchNorm: (at) => this.#batchNorm(at),
      block: (inner, at) => this.block(inner, at),
      sequence: (inner, at) => this.sequence(inner, at),
    };
  }
}

/** Adds blocks to a network, without a classifier; returns their output. */
export function lowerBlocks(blocks: readonly Block[], at: Place & { network: Network; form: FormSwitches }): NodeId {
  return new StructureLowering(at.network, at.form).sequence(blocks, at);
}

/** Adds the classifier after the last block: global average pooling and a linear layer with bias. */
export function lowerClassifier(
  network: Network,
  { features, classes }: { features: NodeId; classes: number },
): NodeId {
  const pooled = network.builder.add("adaptive_average_pool", [features], { size: 1 });
  const vector = network.builder.add("flatten", [pooled], {});
  return network.linear(vector, "fc_linear.netblock", { outputs: classes, bias: true });
}

/** The nodes of a built network that callers read. */
export interface LoweredStructure {
  /** The output of each block, in order. */
  readonly blocks: readonly NodeId[];
  /** The last block's output, before pooling. */
  readonly features: NodeId;
  /** `[n, classes]`. */
  readonly logits: NodeId;
}

/**
 * Adds a structure and its classifier to a network, after `input`, `[n, h, w, c]`. Parameters have the names of the
 * published checkpoints, in their order. Throws ShapeError where channels do not fit, naming both blocks;
 * `chainChannels` corrects such structures.
 *
 * @example
 * ```ts
 * import { gaussianParameters, GraphBuilder, lowerStructure, Network, parseStructure } from "@zennas/zennas";
 * const builder = new GraphBuilder();
 * const network = new Network({ builder, mode: "train", parameters: gaussianParameters() });
 * const input = builder.add("input", [], { name: "input", shape: [2, 32, 32, 3] });
 * const structure = parseStructure("SuperConvK3BNRELU(3,8,2,1)");
 * const { features } = lowerStructure(structure, network, { input, classes: 10, resolution: 32 });
 * if (builder.shape(features).join() !== "2,16,16,8") throw new Error();
 * if (network.parameters[0]?.name !== "module_list.0.module_list.0.netblock.weight") throw new Error();
 * ```
 */
export function lowerStructure(
  structure: Structure,
  network: Network,
  options: NetworkForm & { readonly input: NodeId },
): LoweredStructure {
  const { input, classes } = options;
  const blocks = new StructureLowering(network, formSwitches(options)).outputs(structure.blocks, { input, name: "" });
  const features = blocks.at(-1) ?? input;
  return { blocks, features, logits: lowerClassifier(network, { features, classes }) };
}
