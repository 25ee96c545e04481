/** What holds for any structure, drawn at random. */
import assert from "node:assert/strict";
import {
  chainChannels,
  countLayers,
  inputChannels,
  outputChannels,
  parseStructure,
  printStructure,
  Random,
  referenceCost,
  ShapeError,
  splitStructure,
  type Structure,
  StructureSyntaxError,
  trueCost,
  zooEntry,
  zooNames,
} from "@zennas/zennas";
import { damaged, randomStructure } from "./random_structures.ts";

const FORM = { classes: 10, resolution: 32, squeezeExcite: true };

/** Calls f with a generator of its own for each case, so that a failing case can be run alone. */
function forCases(count: number, f: (random: Random) => void): void {
  for (let index = 0; index < count; index++) f(new Random(1, index));
}

/** Everything that is done with a structure without running it. */
function useFully(structure: Structure): void {
  for (const form of [FORM, { ...FORM, residualLinks: false, batchNorm: false }]) {
    referenceCost(structure, form);
    trueCost(structure, form);
  }
}

Deno.test("parsing what was printed gives an equal structure", () => {
  forCases(2_000, (random) => {
    const structure = randomStructure(random);
    assert.deepEqual(parseStructure(printStructure(structure, { labels: true })), structure);
  });
});

Deno.test("the canonical form is its own canonical form and has no white space", () => {
  forCases(2_000, (random) => {
    const canonical = printStructure(randomStructure(random));
    assert.equal(printStructure(parseStructure(canonical)), canonical);
    assert.doesNotMatch(canonical, /[\s|]/);
  });
});

Deno.test("chained structures are chained, and chaining again changes nothing", () => {
  forCases(2_000, (random) => {
    const { blocks } = chainChannels(randomStructure(random));
    blocks.slice(1).forEach((block, index) => assert.equal(inputChannels(block), outputChannels(blocks[index]!)));
    assert.deepEqual(chainChannels({ blocks }), { blocks });
  });
});

Deno.test("splitting keeps the layers and leaves blocks that are not split", () => {
  forCases(500, (random) => {
    const layers = Array.from({ length: 4 }, () => 1 + random.below(8));
    const structure = parseStructure(layers.map((count) => `SuperResK3K3(8,8,1,8,${count})`).join(""));
    const split = splitStructure(structure);
    assert.equal(countLayers(split), countLayers(structure));
    assert.deepEqual(splitStructure(split), split);
  });
});

Deno.test("damaged texts end in a syntax or shape error, or work", () => {
  const texts = zooNames.map((name) => zooEntry(name).structure);
  const outcomes = { used: 0, misshapen: 0, malformed: 0 };
  forCases(3_000, (random) => {
    const text = random.below(2) === 0 ? random.pick(texts) : printStructure(chainChannels(randomStructure(random)));
    try {
      useFully(parseStructure(damaged(text, random)));
      outcomes.used++;
    } catch (error) {
      if (error instanceof StructureSyntaxError) outcomes.malformed++;
      else if (error instanceof ShapeError) outcomes.misshapen++;
      else throw error;
    }
  });
  assert(Object.values(outcomes).every((count) => count > 100), JSON.stringify(outcomes));
});
