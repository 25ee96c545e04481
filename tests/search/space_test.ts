import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  ConfigError,
  listReplacements,
  parseStructure,
  printStructure,
  publishedSpaces,
  type Space,
  superBlockSpace,
} from "@zennas/zennas";
import goldens from "../fixtures/search_space.json" with { type: "json" };

function publishedSpace(name: string): Space {
  assert.ok(name === "XXBL" || name === "IDW_fixfc", name);
  return publishedSpaces[name];
}

Deno.test("the published spaces offer what the published code offers, in all 66 rows", () => {
  assert.equal(goldens.length, 66);
  for (const golden of goldens) {
    const listing = listReplacements(publishedSpace(golden.space), parseStructure(golden.structure), golden.block);
    const where = `${golden.space} ${golden.structure} ${golden.block}`;
    assert.equal(listing.space, golden.space);
    assert.equal(listing.block, golden.block);
    assert.equal(listing.lists.length, golden.lists, where);
    assert.deepEqual(listing.lists, golden.sizes, where);
    assert.equal(listing.distinct.length, golden.unique_count, where);
    assert.deepEqual(listing.distinct.slice(0, golden.unique.length), golden.unique, where);
    assert.equal(createHash("sha256").update(listing.distinct.join("\n")).digest("hex"), golden.sha256, where);
  }
});

Deno.test("a space refuses a block outside the structure, and one whose arguments it does not know", () => {
  const structure = parseStructure("ConvKX(3,8,3,1)");
  assert.throws(
    () => listReplacements(publishedSpaces.XXBL, structure, 1),
    new RangeError("Cannot replace a block outside 0 … 0: got index 1"),
  );
  assert.throws(() => listReplacements(publishedSpaces.XXBL, structure, 0), /ConvKX.*got \(3,8,3,1\)/);
});

Deno.test("a space that offers nothing for a block says so", () => {
  const barren: Space = { name: "barren", replacements: () => [[]] };
  assert.throws(
    () => listReplacements(barren, parseStructure("SuperResK3K3(3,8,1,8,1)"), 0),
    new RangeError("Cannot replace block 0 as space barren offers nothing for it"),
  );
});

Deno.test("a space's data decide channels, layers and types", () => {
  const space = superBlockSpace({
    name: "mine",
    families: [["SuperResK3K3"], ["SuperResK1K5K1"]],
    fixed: ["SuperConvK3BNRELU"],
    channelFactors: [1, 2],
    channelMultiple: 4,
    minChannels: 12,
    maxChannels: 32,
    layerReach: 1,
  });
  const structure = parseStructure("SuperConvK3BNRELU(3,20,1,2)SuperResK3K3(20,20,2,32,1)");
  assert.deepEqual(listReplacements(space, structure, 0).distinct, ["SuperConvK3BNRELU(3,20,1,1)"]);
  const { lists, distinct } = listReplacements(space, structure, 1);
  // 20 → 12 (10 is below the least), 20, 32 (40 is above the most); 32 → 16, 32; layers 1, 2.
  assert.deepEqual(lists, [12, 12]);
  assert.equal(distinct.length, 24);
  assert.equal(distinct[0], "SuperResK1K5K1(20,12,2,16,1)");
});

Deno.test("a list of choices ends at its length, and each of its positions has a choice of its own", () => {
  const { blocks } = parseStructure("SuperResK3K3(3,16,1,8,1)");
  for (const choices of publishedSpaces.XXBL.replacements(blocks, 0)) {
    const all = Array.from(
      { length: choices.length },
      (_, position) => printStructure({ blocks: [choices.at(position)!] }),
    );
    assert.equal(new Set(all).size, choices.length);
    assert.deepEqual([choices.at(choices.length), choices.at(-1)], [undefined, undefined]);
  }
});

Deno.test("a space refuses data out of bounds before it is used", () => {
  assert.throws(
    () => superBlockSpace({ name: "far", families: [["SuperResK3K3"]], layerReach: 1_000_000 }),
    (error: unknown) =>
      error instanceof ConfigError && error.source === "space far" &&
      error.problems[0]!.path === "layerReach",
  );
});

Deno.test("channels and layers stay within what a structure string may have", () => {
  const families = [["SuperResK3K3"]];
  const space = superBlockSpace({ name: "wide", families, channelMultiple: 24, layerReach: 100 });
  const { distinct } = listReplacements(space, parseStructure("SuperResK3K3(3,60000,1,24,9999)"), 0);
  const offered = distinct.map((text) => parseStructure(text).blocks[0]!.args);
  // 65,544 would be the next multiple.
  assert.equal(Math.max(...offered.map((args) => args[1]!)), 65_520);
  assert.equal(Math.max(...offered.map((args) => args[4]!)), 10_000);
});
