import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { applyOperation, type Colour, type Interpolation, type OperationName, operationNames } from "@zennas/zennas";
import fixture from "../../fixtures/augment/operations.json" with { type: "json" };
import { bytesOf, largestDifference } from "../images_case.ts";

/** What Pillow made: tests/fixtures/augment/make.py. */
interface Golden {
  readonly operation: OperationName;
  readonly value: number;
  readonly fill?: Colour;
  readonly shearing?: Interpolation;
  readonly sha256: readonly string[];
  readonly cat: string;
}
const goldens = fixture.results as unknown as readonly Golden[];
const sources = Object.values(fixture.sources).map((source) => ({ ...source, pixels: bytesOf(source.pixels) }));

for (const operation of operationNames) {
  const rows = goldens.filter((golden) => golden.operation === operation);
  Deno.test(`${operation} has Pillow's bits in ${rows.length} cases on ${sources.length} images`, () => {
    assert.ok(rows.length > 0);
    for (const { sha256, cat, ...call } of rows) {
      const made = sources.map((source) => applyOperation(source, call).pixels);
      assert.ok(largestDifference(made[0]!, bytesOf(cat)) <= 1, `${JSON.stringify(call)}: over one grey level`);
      const hashes = made.map((pixels) => createHash("sha256").update(pixels).digest("hex").slice(0, 16));
      assert.deepEqual(hashes, sha256, JSON.stringify(call));
    }
  });
}

Deno.test("an operation leaves the pixels that it was given", () => {
  const before = sources[0]!.pixels.slice();
  for (const operation of operationNames) applyOperation(sources[0]!, { operation, value: 2 });
  assert.deepEqual(sources[0]!.pixels, before);
});

Deno.test("values that an operation cannot take are refused", () => {
  const source = sources[0]!;
  for (const value of [NaN, Infinity]) {
    assert.throws(() => applyOperation(source, { operation: "rotate", value }), /its value is a number: got/);
  }
  for (const value of [0, 9, 4.5]) {
    assert.throws(() => applyOperation(source, { operation: "posterize", value }), {
      name: "RangeError",
      message: `Cannot posterize as bits are 1 … 8: got ${value}`,
    });
  }
});
