/**
 * Counts parameters and multiply-adds by the rules of the reference, in whose units the published searches set their
 * budgets.
 */
import { blockCost, exact } from "./cost.ts";
import type { FormSwitches, NetworkForm, ReferenceCost } from "./definition.ts";
import { inputChannels, outputChannels } from "./inspect.ts";
import { formSwitches } from "./lower.ts";
import { type BlockKind, kindOfBlock } from "./registry.ts";
import { type Block, leaf, type Structure } from "./structure.ts";

/** The resolution after a block by the reference's rule, which considers strides but neither windows nor padding. */
function resolutionBehind(kind: BlockKind, { args }: Block, resolution: number): number {
  if (kind.size >= 0) return args[kind.size]!;
  return kind.stride < 0 ? resolution : Math.floor(resolution / args[kind.stride]!);
}

/** Adds up the costs of blocks of one form, from input to output. */
class Counter {
  readonly #form: FormSwitches;
  parameters = 0;
  macs = 0;

  constructor(form: FormSwitches) {
    this.#form = form;
  }

  /** Adds a sequence of blocks; returns the resolution after them. */
  sequence(blocks: readonly Block[], resolution: number): number {
    let at = resolution;
    for (const block of blocks) at = this.block(block, at);
    return at;
  }

  /** Adds a block and its inner blocks; returns the resolution after it. */
  block(block: Block, resolution: number): number {
    const kind = kindOfBlock(block), { definition } = kind;
    if ("expand" in definition) return this.sequence(definition.expand(block, this.#form), resolution);
    const inside = this.#branches(block, resolution);
    const outputResolution = inside ?? resolutionBehind(kind, block, resolution);
    const own = this.#own(block, { kind, resolution, outputResolution });
    this.parameters += own.parameters;
    this.macs += own.macs;
    return outputResolution;
  }

  /** Adds the inner blocks, if there are any; returns the resolution after the first branch. */
  #branches({ branches }: Block, resolution: number): number | undefined {
    let behind: number | undefined;
    for (const branch of branches) {
      const end = this.sequence(branch, resolution);
      behind ??= end;
    }
    return behind;
  }

  /** The block's own cost, without its inner blocks. */
  #own(
    block: Block,
    { kind, resolution, outputResolution }: { kind: BlockKind; resolution: number; outputResolution: number },
  ): ReferenceCost {
    const { definition } = kind, form = this.#form;
    const channels = (kind.in >= 0 ? block.args[kind.in] : inputChannels(block)) ?? 1;
    const outputs = (kind.out >= 0 ? block.args[kind.out] : outputChannels(block)) ?? channels;
    if ("referenceCost" in definition && definition.referenceCost) {
      const site = { resolution, outputResolution, inputChannels: channels, outputChannels: outputs, form };
      return definition.referenceCost(block, site);
    }
    const { parameters, macs } = blockCost(block, { before: [1, resolution, resolution, channels], form });
    return { parameters, macs };
  }
}

/**
 * Parameters and multiply-adds as the reference's search counts them: a batch normalisation has c parameters and c·r²
 * multiply-adds, a linear layer's bias is one parameter, a residual projection has in·out + out parameters and is
 * evaluated at its output's resolution divided once more by the stride. Published budgets are in these units; see
 * `trueCost` for the truth. Multiply-adds may have a fraction where an odd resolution is halved.
 *
 * @example
 * ```ts
 * import { parseStructure, referenceCost } from "@zennas/zennas";
 * const cost = referenceCost(parseStructure("SuperConvK3BNRELU(3,8,2,1)"), { classes: 10, resolution: 32 });
 * if (cost.parameters !== 3 * 8 * 9 + 8 + 8 * 10 + 1) throw new Error(String(cost.parameters));
 * if (cost.macs !== 3 * 8 * 9 * 16 ** 2 + 8 * 16 ** 2 + 8 * 10) throw new Error(String(cost.macs));
 * ```
 */
export function referenceCost({ blocks }: Structure, form: NetworkForm): ReferenceCost {
  const counter = new Counter(formSwitches(form));
  counter.sequence(blocks, form.resolution);
  const features = blocks.reduce((channels, block) => outputChannels(block) ?? channels, 0);
  counter.block(leaf("Linear", [features, form.classes, 1]), 1);
  return { parameters: exact(counter.parameters, "parameters"), macs: counter.macs };
}
