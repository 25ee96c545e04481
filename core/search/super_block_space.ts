/** Spaces over super blocks, given as data: the two published ones, and a user's own from a YAML file. */
import { type Block, MAX_ARGUMENT, MAX_BLOCKS, roundHalfToEven } from "../networks/masternet/mod.ts";
import type { Choices, Space } from "./space.ts";
import { parseSpace } from "./space_data.ts";

/**
 * A space over super blocks. `SuperConv…` blocks vary in output channels and keep one layer; all others, whose arguments
 * are `(in, out, stride, mid, layers)`, vary in type, output channels, mid channels and layers.
 */
export interface SuperBlockSpace {
  /** What the space is called. */
  readonly name: string;
  /**
   * Block types that may replace a super block. A family of n types makes n lists, and list j, from 0, offers the
   * blocks of its first min(j + 2, n) types: as in the published searches, its first types are drawn more often. With
   * families of one type each, all types are equally likely.
   */
  readonly families: readonly (readonly string[])[];
  /** SuperConv types that keep their output channels. Default: none. */
  readonly fixed?: readonly string[] | undefined;
  /** Channel counts are multiplied and divided by each of these, at most 20. Default: 1, 1.25, 1.5, 2, 2.5. */
  readonly channelFactors?: readonly number[] | undefined;
  /** Channel counts are rounded to a multiple of this, halves to the even one. Default: 8. */
  readonly channelMultiple?: number | undefined;
  /** Default: 8. */
  readonly minChannels?: number | undefined;
  /** Default: the most that a structure string may have. */
  readonly maxChannels?: number | undefined;
  /** Layers vary by up to this number, at most 100, and stay at least 1. Default: 2. */
  readonly layerReach?: number | undefined;
}

const DEFAULTS = {
  fixed: [] as readonly string[],
  channelFactors: [1, 1.25, 1.5, 2, 2.5] as readonly number[],
  channelMultiple: 8,
  minChannels: 8,
  maxChannels: MAX_ARGUMENT,
  layerReach: 2,
};

type Rules = SuperBlockSpace & typeof DEFAULTS;

/** A channel count's variations, largest first, each once. */
function channelChoices(channels: number, rules: Rules): readonly number[] {
  const { channelFactors, channelMultiple, minChannels, maxChannels } = rules;
  const most = Math.floor(MAX_ARGUMENT / channelMultiple);
  const round = (count: number) =>
    Math.min(most, Math.max(1, roundHalfToEven(count / channelMultiple))) * channelMultiple;
  const varied = channelFactors.flatMap((factor) => [channels * factor, channels / factor])
    .map((count) => round(Math.min(maxChannels, Math.max(minChannels, count))));
  return [...new Set(varied)].sort((a, b) => b - a);
}

/** A layer count's variations, most first. */
function layerChoices(layers: number, reach: number): readonly number[] {
  return Array.from({ length: 2 * reach + 1 }, (_, step) => layers + reach - step)
    .filter((count) => count >= 1 && count <= MAX_BLOCKS);
}

interface Grid {
  readonly block: Block;
  readonly channels: readonly number[];
  readonly mids: readonly number[];
  readonly layers: readonly number[];
}

/** Every combination of type, output channels, mid channels and layers, layers varying fastest. */
function combinations(types: readonly string[], grid: Grid): Choices {
  const { block, channels, mids, layers } = grid;
  const length = types.length * channels.length * mids.length * layers.length;
  const at = (position: number): Block | undefined => {
    if (position < 0 || position >= length) return undefined;
    let rest = position;
    const take = <T>(values: readonly T[]): T => {
      const value = values[rest % values.length]!;
      rest = Math.floor(rest / values.length);
      return value;
    };
    const layer = take(layers), mid = take(mids), out = take(channels), name = take(types);
    return { name, args: [block.args[0]!, out, block.args[2]!, mid, layer], branches: [] };
  };
  return { length, at };
}

function stemChoices(block: Block, rules: Rules): Choices {
  const [input, out, stride] = block.args as [number, number, number];
  const channels = rules.fixed.includes(block.name) ? [out] : channelChoices(out, rules);
  return channels.map((count) => ({ name: block.name, args: [input, count, stride, 1], branches: [] }));
}

function superBlockChoices(block: Block, rules: Rules): readonly Choices[] {
  if (block.args.length !== 5) {
    throw new RangeError(
      `Cannot vary block ${block.name} in space ${rules.name} as its arguments are not (in, out, stride, mid, layers): ` +
        `got (${block.args})`,
    );
  }
  const [, out, , mid, layers] = block.args as [number, number, number, number, number];
  const grid = {
    block,
    channels: channelChoices(out, rules),
    mids: channelChoices(mid, rules),
    layers: layerChoices(layers, rules.layerReach),
  };
  return rules.families.flatMap((types) => types.map((_, list) => combinations(types.slice(0, list + 2), grid)));
}

/**
 * A space from its data. Throws ConfigError for data out of bounds.
 *
 * @example
 * ```ts
 * import { listReplacements, parseStructure, superBlockSpace } from "@zennas/zennas";
 * const space = superBlockSpace({ name: "plain", families: [["SuperResK3K3"]], channelFactors: [1, 2], layerReach: 0 });
 * const listing = listReplacements(space, parseStructure("SuperResK3K3(8,32,1,16,1)"), 0);
 * if (listing.distinct.length !== 9) throw new Error(listing.distinct.join());
 * ```
 */
export function superBlockSpace(data: SuperBlockSpace): Space {
  const given = Object.entries(parseSpace(data, `space ${data.name}`)).filter(([, value]) => value !== undefined);
  const rules: Rules = { ...DEFAULTS, ...Object.fromEntries(given) as unknown as SuperBlockSpace } as Rules;
  return {
    name: rules.name,
    replacements(blocks, index) {
      const block = blocks[index]!;
      return /^SuperConvK\d+BNRELU$/.test(block.name) ? [stemChoices(block, rules)] : superBlockChoices(block, rules);
    },
  };
}

const KERNELS = [3, 5, 7] as const;

/**
 * The published spaces (Lin et al., "Zen-NAS", ICCV 2021): XXBL of ResNet-like blocks, IDW_fixfc of MobileNet-like blocks
 * with a fixed last convolution.
 */
export const publishedSpaces: Readonly<Record<"XXBL" | "IDW_fixfc", Space>> = {
  XXBL: superBlockSpace({
    name: "XXBL",
    families: [KERNELS.map((k) => `SuperResK1K${k}K1`), KERNELS.map((k) => `SuperResK${k}K${k}`)],
    maxChannels: 2048,
  }),
  IDW_fixfc: superBlockSpace({
    name: "IDW_fixfc",
    families: [[1, 2, 4, 6].flatMap((expansion) => KERNELS.map((k) => `SuperResIDWE${expansion}K${k}`))],
    fixed: ["SuperConvK1BNRELU"],
  }),
};
