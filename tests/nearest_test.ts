import assert from "node:assert/strict";
import { nearestName } from "../core/nearest.ts";

Deno.test("a name is suggested up to a third of the length away, and a short one if it is one character away", () => {
  for (
    const [name, known, suggestion] of [
      ["kitten", ["sitten"], "sitten"],
      ["kitten", ["sittin"], "sittin"],
      ["kitten", ["sitting"], undefined], // three changes of six characters
      ["ReLU", ["relu"], "relu"],
      ["BN", ["B"], "B"],
      ["BN", ["XY"], undefined],
      ["x".repeat(64), [`${"x".repeat(63)}y`], `${"x".repeat(63)}y`],
      ["x".repeat(65), [`${"x".repeat(64)}y`], undefined],
      ["", ["a"], "a"],
      ["name", [], undefined],
    ] as const
  ) assert.equal(nearestName(name, known), suggestion, name);
});

Deno.test("the nearest of several is suggested, and the first of those that are equally near", () => {
  assert.equal(nearestName("params", ["paramount", "param", "paramsX", "parmas"]), "param");
});
