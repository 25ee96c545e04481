import assert from "node:assert/strict";
import { Member, Population, Random, RankedPopulation } from "@zennas/zennas";

Deno.test("a population drops the oldest of the lowest, whatever the order of scores", () => {
  const random = new Random(5, 0);
  const population = new Population(7);
  let expected: { readonly index: number; readonly score: number }[] = [];
  for (let index = 0; index < 300; index++) {
    const score = random.below(12);
    population.enter(new Member({ index, structure: "", score }));
    expected.push({ index, score });
    if (expected.length > 7) {
      const lowest = Math.min(...expected.map((member) => member.score));
      expected = expected.toSpliced(expected.findIndex((member) => member.score === lowest), 1);
    }
    const order = expected.toSorted((a, b) => b.score - a.score || b.index - a.index).map((member) => member.index);
    assert.deepEqual(population.members.map((member) => member.index), order);
  }
});

Deno.test("a member parses its structure only when asked", () => {
  const member = new Member({ index: 0, structure: "SuperConvK3BNRELU(3,8,1,1)", score: 1 });
  assert.equal(member.tree.blocks[0]?.name, "SuperConvK3BNRELU");
  assert.equal(member.tree, member.tree);
  const broken = new Member({ index: 0, structure: "(", score: 1 });
  assert.throws(() => broken.tree);
});

Deno.test("a population by rank drops the oldest of the lowest, and lists the newest of equal scores first", () => {
  const random = new Random(6, 0), size = 7;
  const ranking = { parts: ["part"], combine: ([rank]: readonly number[]) => rank! };
  const population = new RankedPopulation(size, ranking);
  let expected: { readonly index: number; readonly part: number }[] = [];
  for (let index = 0; index < 300; index++) {
    const part = random.below(12);
    population.enter(new Member({ index, structure: "", score: 0, parts: { part } }));
    expected = [...expected, { index, part }].sort((a, b) => b.part - a.part || b.index - a.index).slice(0, size);
    assert.deepEqual(population.members.map((member) => member.index), expected.map((member) => member.index));
  }
});
