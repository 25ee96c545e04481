import assert from "node:assert/strict";
import { ConfigError, evolve, listReplacements, loadSpace, publishedSpaces, type Space } from "@zennas/zennas";
import { initial, smallSearch } from "../search/search_case.ts";
import { TemporaryDirectory } from "./run_case.ts";

const EXAMPLES = new URL("../../examples/", import.meta.url).pathname;

async function searchable(space: Space): Promise<void> {
  const { counts } = await evolve(smallSearch({ space, maxProposals: 100 }));
  assert.ok(counts.scored > 10, JSON.stringify(counts));
}

Deno.test("published spaces have names", async () => {
  assert.equal(await loadSpace("XXBL"), publishedSpaces.XXBL);
  assert.equal(await loadSpace("IDW_fixfc"), publishedSpaces.IDW_fixfc);
  await assert.rejects(loadSpace("toString"), (error: unknown) => {
    assert.ok(error instanceof ConfigError);
    assert.match(error.message, /space: expected XXBL, IDW_fixfc, or a \.yaml, \.ts or \.js file, got toString$/);
    return true;
  });
});

Deno.test("the example of a space in YAML", async () => {
  const space = await loadSpace(`${EXAMPLES}custom_space.yaml`);
  assert.equal(space.name, "small-bottlenecks");
  assert.deepEqual(listReplacements(space, initial, 0).distinct, ["SuperConvK3BNRELU(3,8,1,1)"]);
  const { lists, distinct } = listReplacements(space, initial, 2);
  // Output channels 48, 40, 32, 24, 20 of 32; mid channels 24, 20, 16, 12 of 16; layers 1, 2.
  assert.deepEqual(lists, [40, 40]);
  assert.ok(distinct.every((block) => /^SuperResK1K[35]K1\(16,\d+,2,\d+,[12]\)$/.test(block)), distinct.join());
  await searchable(space);
});

Deno.test("the example of a space in a module", async () => {
  const space = await loadSpace(`${EXAMPLES}custom_space.ts`);
  assert.deepEqual(listReplacements(space, initial, 2).distinct, [
    "SuperResK3K3(16,32,1,16,1)",
    "SuperResK3K3(16,32,2,16,1)",
    "SuperResK3K3(16,32,2,16,2)",
    "SuperResK3K3(16,32,2,16,3)",
    "SuperResK3K3(16,32,2,16,4)",
  ]);
  await searchable(space);
});

Deno.test("a module without a space says what it lacks", async () => {
  using temporary = new TemporaryDirectory();
  Deno.writeTextFileSync(`${temporary.path}/space.js`, "export const spaces = {};");
  await assert.rejects(
    loadSpace(`${temporary.path}/space.js`),
    /space: expected a Space exported as `space`.*got nothing/,
  );
});
