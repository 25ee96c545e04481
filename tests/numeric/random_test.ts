import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import {
  fillNormal,
  normalFromWord,
  normalQuantiles,
  philox,
  Random,
  seedKey,
  type Words,
} from "../../core/numeric/random.ts";

const hex = (words: Words): string => words.map((word) => word.toString(16).padStart(8, "0")).join(" ");

Deno.test("philox gives the published known answers", () => {
  const ones = 0xffffffff;
  assert.equal(hex(philox([0, 0, 0, 0], [0, 0])), "6627e8d5 e169c58d bc57ac4c 9b00dbd8");
  assert.equal(hex(philox([ones, ones, ones, ones], [ones, ones])), "408f276d 41c83b0e a20bc7c6 6d5451fd");
  assert.equal(
    hex(philox([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])),
    "d16cfe09 94fdcceb 5001e420 24126ea1",
  );
});

Deno.test("the table of quantiles has the same bits everywhere", () => {
  const digest = createHash("sha256").update(new Uint8Array(normalQuantiles().buffer)).digest("hex");
  assert.equal(digest, "54ac7e2a331a26e60f95128d316599238b6fe30964da6a4bb7cf6057f72a2641");
});

Deno.test("quantiles agree with known ones of N(0,1)", () => {
  const known: readonly (readonly [probability: number, z: number])[] = [
    [0.25, 0.6744897501960817],
    [2 ** -5, 1.8627318674216517],
    [2 ** -10, 3.0972690781987846],
  ];
  for (const [probability, z] of known) {
    const index = 64 * (33 + Math.log2(probability));
    assert.ok(Math.abs(normalQuantiles()[index]! / 2 ** 20 - z) < 1e-6, `${probability}`);
  }
});

Deno.test("the normal transform is odd, monotonic in each half and reaches 6.3", () => {
  for (const word of [0, 1, 2, 12345, 0x3fffffff, 0x7fffffff]) {
    assert.equal(normalFromWord((word | 0x80000000) >>> 0), -normalFromWord(word) || 0);
  }
  const values = Array.from({ length: 4096 }, (_, index) => normalFromWord(index * 0x80000));
  assert.ok(values.every((value, index) => index === 0 || value <= values[index - 1]!));
  assert.equal(Math.round(normalFromWord(0) / 2 ** 20 * 100), 634);
});

Deno.test("moments are those of N(0,1), and floats are exact", () => {
  const draws = fillNormal(new Float64Array(400_000), { seed: 7, stream: 3, draw: 0 });
  const moment = (power: number): number => draws.reduce((sum, value) => sum + value ** power, 0) / draws.length;
  const tolerances = [0.005, 0.01, 0.02, 0.05];
  [0, 1, 0, 3].forEach((expected, index) => {
    assert.ok(Math.abs(moment(index + 1) - expected) < tolerances[index]!, `moment ${index + 1}`);
  });
  assert.deepEqual([...new Float32Array(draws)], [...draws]);
});

Deno.test("streams, draws and seeds are independent; any length is a prefix of a longer one", () => {
  const fill = (length: number, which = {}): number[] => [
    ...fillNormal(new Float32Array(length), { seed: 1, stream: 0, draw: 0, ...which }),
  ];
  assert.deepEqual(fill(5), fill(9).slice(0, 5));
  for (const other of [{ seed: 2 }, { seed: 2 ** 40 + 1 }, { stream: 1 }, { draw: 1 }]) {
    assert.notDeepEqual(fill(4), fill(4, other));
  }
});

Deno.test("seeds are non-negative safe integers", () => {
  assert.deepEqual(seedKey(2 ** 40 + 5), [5, 256]);
  for (const seed of [-1, 0.5, NaN, 2 ** 53]) assert.throws(() => seedKey(seed), RangeError);
});

Deno.test("decisions depend on seed and number alone, and are uniform", () => {
  const first = new Random(1, 2 ** 33 + 4);
  const again = new Random(1, 2 ** 33 + 4);
  assert.deepEqual(Array.from({ length: 9 }, () => first.word()), Array.from({ length: 9 }, () => again.word()));
  assert.notEqual(new Random(1, 4).word(), new Random(1, 2 ** 33 + 4).word());
  const counts = new Array<number>(6).fill(0);
  for (let decision = 0; decision < 12_000; decision++) counts[new Random(3, decision).below(6)]!++;
  for (const count of counts) assert.ok(Math.abs(count - 2000) < 200, counts.join());
  assert.throws(() => first.below(0), RangeError);
});
