import assert from "node:assert/strict";
import { Random } from "@zennas/zennas";
import { CompiledTrees, fitTrees, type TreeData, whyNoTrees } from "../../core/latency/trees.ts";

const WIDTH = 3;

/** Rows of random features and a target that a function gives. */
function rows(count: number, target: (features: readonly number[]) => number): TreeData {
  const random = new Random(3, 0), features = new Float64Array(count * WIDTH), targets = new Float64Array(count);
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < WIDTH; column++) features[row * WIDTH + column] = random.below(100) / 10;
    targets[row] = target([...features.subarray(row * WIDTH, (row + 1) * WIDTH)]);
  }
  return { features, width: WIDTH, targets };
}

function worstError(data: TreeData, settings: Parameters<typeof fitTrees>[1]): number {
  const trees = new CompiledTrees(fitTrees(data, settings));
  return data.targets.reduce(
    (worst, value, row) => Math.max(worst, Math.abs(value - trees.predict(data.features, row * WIDTH))),
    0,
  );
}

Deno.test("a step is one split at the step", () => {
  const data = rows(500, ([, x]) => x! <= 4 ? 1 : 3);
  const trees = fitTrees(data, { trees: 1, leaves: 2, rate: 1 });
  assert.deepEqual([trees.feature, trees.right, trees.roots], [[1, -1, -1], [2, 0, 0], [0]]);
  assert.ok(trees.threshold[0]! >= 4 && trees.threshold[0]! < 4.1, `${trees.threshold[0]}`);
  assert.ok(worstError(data, { trees: 1, leaves: 2, rate: 1 }) < 1e-4);
});

Deno.test("two features that matter together take a tree of four leaves", () => {
  const data = rows(1000, ([x, y]) => (x! <= 5 ? 0 : 1) * 2 + (y! <= 3 ? 0 : 5));
  assert.ok(worstError(data, { trees: 1, leaves: 3, rate: 1 }) > 0.1);
  assert.ok(worstError(data, { trees: 1, leaves: 4, rate: 1, rowsPerLeaf: 1 }) < 1e-3);
});

Deno.test("more trees explain more, a leaf has its least rows, and a tree its most leaves", () => {
  const data = rows(400, ([x, y, z]) => Math.sin(x!) * y! + z!);
  assert.ok(worstError(data, { trees: 200 }) < worstError(data, { trees: 20 }) / 2);
  const { feature, roots } = fitTrees(data, { trees: 5, leaves: 7 });
  assert.deepEqual(roots.map((root, tree) => (roots[tree + 1] ?? feature.length) - root), [13, 13, 13, 13, 13]);
  assert.equal(fitTrees(data, { trees: 1, rowsPerLeaf: 201 }).feature.length, 1);
  assert.equal(
    fitTrees(data, { trees: 1, rowsPerLeaf: 100, leaves: 31 }).feature.filter((f) => f === -1).length <= 4,
    true,
  );
});

Deno.test("trees on the mean alone, on equal rows and on none", () => {
  const same = rows(50, () => 2.5);
  assert.equal(new CompiledTrees(fitTrees(same)).predict(same.features, 0), 2.5);
  assert.equal(new CompiledTrees(fitTrees(rows(50, ([x]) => x!), { trees: 0 })).predict(same.features, 0) > 0, true);
  assert.throws(
    () => fitTrees({ features: new Float64Array(), width: WIDTH, targets: new Float64Array() }),
    RangeError,
  );
});

Deno.test("what is grown is accepted as trees", () => {
  assert.equal(whyNoTrees(fitTrees(rows(300, ([x, y]) => x! * y!)), WIDTH), undefined);
  assert.equal(whyNoTrees(fitTrees(rows(300, ([x]) => x!), { trees: 0 }), WIDTH), undefined);
  assert.match(whyNoTrees(fitTrees(rows(300, ([, , z]) => z!)), 2)!, /one of 2 features: got 2/);
});
