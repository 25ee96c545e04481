import assert from "node:assert/strict";
import { type Block, mutate, parseStructure, printStructure, Random, type Space } from "@zennas/zennas";
import { initial } from "./search_case.ts";

/** A Random whose bounded draws are given. */
function scripted(...draws: readonly number[]): Random & { readonly bounds: readonly number[] } {
  const random = new Random(0, 0), bounds: number[] = [];
  let next = 0;
  const below = (bound: number) => {
    bounds.push(bound);
    return draws[next++]!;
  };
  return Object.assign(random, { below, bounds });
}

const conv = (out: number): Block => ({ name: "SuperConvK3BNRELU", args: [3, out, 1, 1], branches: [] });
const lists: Space = { name: "lists", replacements: () => [[conv(8), conv(16)], [], [conv(24), conv(32), conv(40)]] };

Deno.test("a block is drawn from all lists laid end to end, and its neighbour follows", () => {
  const structure = parseStructure("SuperConvK3BNRELU(3,64,1,1)SuperResK3K3(64,16,1,8,1)");
  for (const [position, out] of [8, 16, 24, 32, 40].entries()) {
    const random = scripted(0, position);
    const child = mutate(structure, random, { space: lists, replacements: 1 });
    assert.deepEqual(random.bounds, [2, 5]);
    assert.equal(printStructure(child), `SuperConvK3BNRELU(3,${out},1,1)SuperResK3K3(${out},16,1,8,1)`);
  }
});

Deno.test("the same block chosen twice is replaced once", () => {
  const random = scripted(1, 3, 1);
  const child = mutate(parseStructure("SuperConvK3BNRELU(3,8,1,1)SuperConvK3BNRELU(8,8,1,1)"), random, {
    space: lists,
    replacements: 2,
  });
  assert.deepEqual(random.bounds, [2, 5, 2]);
  assert.equal(printStructure(child), "SuperConvK3BNRELU(3,8,1,1)SuperConvK3BNRELU(8,32,1,1)");
});

Deno.test("a block that has grown to six layers is split", () => {
  const space: Space = {
    name: "deep",
    replacements: (blocks, index) => [[{ ...blocks[index]!, args: [1, 32, 2, 16, 7] }]],
  };
  const child = mutate(parseStructure("SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,32,2,16,1)"), scripted(1, 0), {
    space,
    replacements: 1,
  });
  assert.equal(
    printStructure(child),
    "SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,32,2,16,3)SuperResK3K3(32,32,1,16,4)",
  );
});

Deno.test("a mutation leaves its parent as it was", () => {
  const before = printStructure(initial);
  for (let i = 0; i < 50; i++) mutate(initial, new Random(1, i), { space: lists, replacements: 2 });
  assert.equal(printStructure(initial), before);
});

Deno.test("a replacement that does not parse back to itself is refused with the names of space and block", () => {
  const stem = parseStructure("SuperConvK3BNRELU(3,8,1,1)"), [block] = stem.blocks;
  const [residual] = parseStructure("ResBlock(8,1,BN(8))").blocks;
  const offers: readonly (readonly [offer: unknown, got: string])[] = [
    [{ ...block, name: "Unknown" }, "Unknown(3,8,1,1)"],
    [{ ...block, args: [3, -8, 1, 1] }, "SuperConvK3BNRELU(3,-8,1,1)"],
    [{ ...block, args: [3, 8.5, 1, 1] }, "SuperConvK3BNRELU(3,8.5,1,1)"],
    [{ ...block, args: [3, 8, 1] }, "SuperConvK3BNRELU(3,8,1)"],
    [{ ...block, args: [3, "8", 1, 1] }, "SuperConvK3BNRELU(3,8,1,1)"],
    [{ ...block, args: [3, 8, 1, 20_000] }, "SuperConvK3BNRELU(3,8,1,20000)"],
    // Prints as two blocks.
    [{ ...block, name: "BN(3)SuperConvK3BNRELU" }, "BN(3)SuperConvK3BNRELU(3,8,1,1)"],
    // Parses with the arguments that are left out.
    [{ ...residual, args: [] }, "ResBlock(BN(8))"],
    [{ ...residual, branches: [[{ name: "BN", args: ["8"], branches: [] }]] }, "ResBlock(8,1,BN(8))"],
    [{ ...block, branches: [[]] }, "SuperConvK3BNRELU(3,8,1,1)"],
    [undefined, "undefined"],
    [{}, "[object Object]"],
  ];
  for (const [offer, got] of offers) {
    const space: Space = { name: "mine", replacements: () => [[offer as Block]] };
    assert.throws(
      () => mutate(stem, new Random(1, 0), { space, replacements: 1 }),
      {
        name: "RangeError",
        message: `Cannot replace block 0 as what space mine offers must parse back to itself: got ${got}`,
      },
    );
  }
  const labelled: Space = { name: "mine", replacements: () => [[{ ...block!, label: "stem" }]] };
  assert.equal(
    printStructure(mutate(stem, new Random(1, 0), { space: labelled, replacements: 1 })),
    printStructure(stem),
  );
});
