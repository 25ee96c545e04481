import assert from "node:assert/strict";
import {
  blockStride,
  crossover,
  type EvolutionOptions,
  mutate,
  parseChainedStructure,
  parseStructure,
  printStructure,
  publishedSpaces,
  Random,
  type Space,
  type Structure,
} from "@zennas/zennas";
import { initial, journalOf, smallSearch } from "./search_case.ts";

const space = publishedSpaces.XXBL;

/** Structures that mutations lead to. */
const structures = Array.from({ length: 12 }, (_, index) => {
  let tree = initial;
  for (let step = 0; step < 6; step++) tree = mutate(tree, new Random(index, step), { space, replacements: 2 });
  return tree;
});

const stride = ({ blocks }: Structure): number => blocks.reduce((product, block) => product * blockStride(block), 1);

/** A block without its input channels, which a crossover sets. */
const bare = ({ blocks }: Structure, index: number): string => {
  const { name, args } = blocks[index]!;
  return `${name}(${args.slice(1)})`;
};

Deno.test("a child is the beginning of one parent and the end of the other, can be built, and divides as often", () => {
  let mixed = 0;
  for (const [index, first] of structures.entries()) {
    for (const second of structures) {
      const child = crossover([first, second], new Random(5, index), space), text = printStructure(child);
      assert.equal(printStructure(parseChainedStructure(text)), text);
      assert.equal(stride(child), stride(second));
      const { length } = child.blocks,
        same = (parent: Structure, at: number, offset = 0): boolean =>
          at + offset >= 0 && at + offset < parent.blocks.length && bare(child, at) === bare(parent, at + offset);
      const offset = second.blocks.length - length;
      let before = 0;
      while (before < length && same(first, before)) before++;
      let behind = length;
      while (behind > 0 && same(second, behind - 1, offset)) behind--;
      assert.ok(before >= 1 && behind <= length - 1 && before >= behind, text);
      if (text !== printStructure(first) && text !== printStructure(second)) mixed++;
    }
  }
  assert.ok(mixed > 60, `${mixed} children differ from both parents`);
});

Deno.test("the same draws give the same child, and others give others", () => {
  const pair = [structures[0]!, structures[1]!] as const;
  const children = Array.from(
    { length: 20 },
    (_, decision) => printStructure(crossover(pair, new Random(1, decision), space)),
  );
  assert.deepEqual(
    children,
    children.map((_, decision) => printStructure(crossover(pair, new Random(1, decision), space))),
  );
  assert.ok(new Set(children).size > 5);
});

Deno.test("children that cannot be built or varied are not made; without a cut the child is the first parent", () => {
  // A depthwise convolution has as many channels out as in, so that chaining cannot mend what stands before it.
  const [a, b] = ["ConvKX(3,8,3,1)ConvDW(8,3,1)ConvKX(8,16,1,1)", "ConvKX(3,24,3,1)ConvDW(24,3,1)BN(24)"]
    .map((text) => parseStructure(text));
  const any: Space = { name: "any", replacements: (blocks, index) => [[blocks[index]!]] };
  for (let decision = 0; decision < 20; decision++) {
    const child = printStructure(crossover([a!, b!], new Random(2, decision), any));
    assert.equal(printStructure(parseChainedStructure(child)), child);
  }
  const picky: Space = {
    name: "picky",
    replacements: (blocks, index) => blocks.length === a!.blocks.length ? [[blocks[index]!]] : [],
  };
  for (let decision = 0; decision < 20; decision++) {
    assert.equal(crossover([a!, b!], new Random(2, decision), picky).blocks.length, 3);
  }
  const strided = parseStructure("SuperConvK3BNRELU(3,8,2,1)SuperResK3K3(8,16,1,8,1)");
  const plain = parseStructure("SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)");
  assert.equal(crossover([strided, plain], new Random(1, 1), space), strided);
});

Deno.test("a search without crossover draws as one that has none, and with it it differs and resumes", async () => {
  const search = (over: Partial<EvolutionOptions> = {}) => journalOf(smallSearch({ maxProposals: 150, ...over }));
  const plain = await search(), half = await search({ crossover: 0.5 });
  assert.deepEqual(await search({ crossover: 0 }), plain);
  assert.notDeepEqual(half.journal, plain.journal);
  assert.notDeepEqual((await search({ crossover: 1 })).journal, half.journal);
  for (const length of [1, 40, 149]) {
    const known = half.journal.slice(0, length), rest = await search({ crossover: 0.5, journal: known });
    assert.deepEqual([...known, ...rest.journal], half.journal);
    assert.deepEqual(rest.outcome, half.outcome);
  }
});
