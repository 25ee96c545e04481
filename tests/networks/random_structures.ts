/** Structures drawn at random, and texts made from them by damage. */
import type { Block, Random, Structure } from "@zennas/zennas";

const LEAVES: Readonly<Record<string, number>> = {
  ConvKX: 4,
  ConvKXG8: 4,
  ConvDW: 3,
  BN: 1,
  RELU: 1,
  Swish: 1,
  SE: 1,
  AdaptiveAvgPool: 2,
  MaxPool: 3,
  Flatten: 1,
  SuperConvK3BNRELU: 4,
  SuperResK5K5: 5,
  SuperResK1K7K1: 5,
  SuperResIDWE4K3: 5,
};

const CONTAINERS = ["Sequential", "MultiSumBlock", "MultiCatBlock", "ResBlock", "ResBlockProj"] as const;
const LABELS = ["stem", "a1", "9", "-", "x.y"] as const;
const NUMBERS = [1, 2, 3, 8, 16, 40, 168, 65_536] as const;

const numbers = (random: Random, count: number): number[] => Array.from({ length: count }, () => random.pick(NUMBERS));

function randomBlock(random: Random, depth: number): Block {
  const label = random.below(8) === 0 ? { label: random.pick(LABELS) } : {};
  if (depth === 0 || random.below(4) > 0) {
    const [name, count] = random.pick(Object.entries(LEAVES));
    const args = numbers(random, count);
    return { name, ...label, args: name.startsWith("Super") ? args.with(-1, 1 + random.below(7)) : args, branches: [] };
  }
  const name = random.pick(CONTAINERS), branches = name.startsWith("Multi") ? 1 + random.below(3) : 1;
  return {
    name,
    ...label,
    args: numbers(random, name.startsWith("Res") ? 2 : 0),
    branches: Array.from({ length: branches }, () => randomBlocks(random, depth - 1)),
  };
}

function randomBlocks(random: Random, depth: number): Block[] {
  return Array.from({ length: 1 + random.below(3) }, () => randomBlock(random, depth));
}

/** A well-formed structure of any blocks with any numbers. */
export function randomStructure(random: Random): Structure {
  return { blocks: randomBlocks(random, 3) };
}

const DEBRIS = [
  "(",
  ")",
  ",",
  ";",
  "|",
  "0",
  "7",
  "99999999999",
  "-",
  ".",
  " ",
  "\n",
  "K",
  "é",
  "RELU(8)",
  "",
  "",
] as const;

/** The text with one to four numbers changed, or pieces removed, replaced or put in. */
export function damaged(text: string, random: Random): string {
  let result = text;
  for (let blows = 1 + random.below(4); blows > 0; blows--) {
    const from = random.below(result.length + 1), to = Math.min(result.length, from + random.below(4));
    result = random.below(4) > 0
      ? result.slice(0, from) + result.slice(from).replace(/\d+/, `${random.pick(NUMBERS)}`)
      : result.slice(0, from) + random.pick(DEBRIS) + result.slice(to);
  }
  return result;
}
