/** Accuracies, confusion, calibration and losses of answers whose figures can be worked out by hand. */
import assert from "node:assert/strict";
import { type AnsweredBatch, Classification, measureAnswer, shareInterval95 } from "@zennas/zennas";

/** Six classes: the logit of each class is minus its place in `order`. */
function logitsOf(order: readonly number[]): number[] {
  return order.map((_, label) => -order.indexOf(label));
}

function batchOf(orders: readonly (readonly number[])[], labels: readonly number[], first = 0): AnsweredBatch {
  return {
    logits: Float32Array.from(orders.flatMap(logitsOf)),
    labels,
    indices: labels.map((_, image) => first + image),
  };
}

const sorted = [0, 1, 2, 3, 4, 5] as const;

Deno.test("an answer is ranked by its logits: of equal ones the first class comes first", () => {
  assert.equal(measureAnswer([1, 3, 3, 0], 1).rank, 0);
  assert.equal(measureAnswer([1, 3, 3, 0], 2).rank, 1);
  assert.equal(measureAnswer([1, 3, 3, 0], 2).predicted, 1);
  assert.equal(measureAnswer([1, 3, 3, 0], 3).rank, 3);
});

Deno.test("confidence and loss are those of the softmax, for logits of any size", () => {
  const { confidence, loss } = measureAnswer([1000, 1000 + Math.log(3)], 0);
  assert.ok(Math.abs(confidence - 0.75) < 1e-9, `${confidence}`);
  assert.ok(Math.abs(loss - Math.log(4)) < 1e-9, `${loss}`);
});

Deno.test("an answer with a logit that is not finite is wrong, whatever the others are", () => {
  for (const value of [NaN, Infinity, -Infinity]) {
    const { rank, loss } = measureAnswer([5, value, 0], 0);
    assert.deepEqual([rank, loss], [3, Infinity]);
  }
});

Deno.test("a label that is no class is refused", () => {
  assert.throws(
    () => measureAnswer([1, 2], 2),
    /Cannot measure an answer as its label must be one of 2 classes: got 2/,
  );
});

Deno.test("top-1, top-5, each class and the confusion matrix count the answers", () => {
  const counted = new Classification({ classes: 6 });
  // right · fourth place · last place · right
  counted.add(batchOf([sorted, sorted, sorted, [5, 0, 1, 2, 3, 4]], [0, 3, 5, 5]));
  const { images, top1, top5, perClass, confusion } = counted.result();
  assert.deepEqual([images, top1.right, top5.right], [4, 2, 3]);
  assert.deepEqual([top1.share, top1.interval95], [0.5, shareInterval95(2, 4)]);
  assert.deepEqual(perClass.filter((row) => row.images > 0), [
    { label: 0, images: 1, right: 1 },
    { label: 3, images: 1, right: 0 },
    { label: 5, images: 2, right: 1 },
  ]);
  assert.deepEqual([confusion[3]![0], confusion[5]![0], confusion[5]![5]], [1, 1, 1]);
});

Deno.test("the result is the same however the answers are cut into batches", () => {
  const orders = [sorted, [2, 1, 0, 3, 4, 5], [3, 2, 1, 0, 4, 5], [5, 4, 3, 2, 1, 0]], labels = [1, 2, 0, 0];
  const whole = new Classification({ classes: 6, worst: 2 }), parts = new Classification({ classes: 6, worst: 2 });
  whole.add(batchOf(orders, labels));
  parts.add(batchOf(orders.slice(0, 3), labels.slice(0, 3)));
  parts.add(batchOf(orders.slice(3), labels.slice(3), 3));
  assert.deepEqual(parts.result(), whole.result());
});

Deno.test("the worst images are those of the largest losses, the largest first, the earlier of equal ones first", () => {
  const counted = new Classification({ classes: 6, worst: 3 });
  counted.add(batchOf([sorted, sorted, sorted, sorted, sorted], [0, 5, 2, 5, 4]));
  assert.deepEqual(counted.result().worst.map(({ index, label, predicted }) => [index, label, predicted]), [
    [1, 5, 0],
    [3, 5, 0],
    [4, 4, 0],
  ]);
});

Deno.test("the calibration error is how far confidence is from accuracy, bin by bin, weighed by images", () => {
  const counted = new Classification({ classes: 2 }), sure = Math.log(9); // confidence 0.9
  counted.add({ logits: Float32Array.of(sure, 0, sure, 0, 0, 0), labels: [0, 1, 1], indices: [0, 1, 2] });
  // 0.9 twice, right once: |1 − 1.8|; 0.5 once, wrong: |0 − 0.5|
  assert.ok(Math.abs(counted.result().calibrationError - (0.8 + 0.5) / 3) < 1e-6);
});

Deno.test("images with logits that are not finite are counted as wrong and left out of the loss", () => {
  const counted = new Classification({ classes: 2 });
  counted.add({ logits: Float32Array.of(0, 0, NaN, 0), labels: [0, 1], indices: [0, 1] });
  const { top1, loss, notFinite } = counted.result();
  assert.deepEqual([top1.right, notFinite, loss], [1, 1, Math.log(2)]);
});

Deno.test("an image with a logit that is not finite is wrong where its class has the largest one, too", () => {
  const counted = new Classification({ classes: 3 });
  counted.add({ logits: Float32Array.of(5, NaN, 0), labels: [0], indices: [0] });
  const { top1, perClass, notFinite } = counted.result();
  assert.deepEqual([top1.right, perClass[0]!.right, counted.right, notFinite], [0, 0, 0, 1]);
});

Deno.test("a share's interval stays inside 0 to 1 and has the figures of Wilson's formula", () => {
  assert.deepEqual(shareInterval95(0, 10).map((bound) => bound.toFixed(6)), ["0.000000", "0.277533"]);
  assert.deepEqual(shareInterval95(10, 10).map((bound) => bound.toFixed(6)), ["0.722467", "1.000000"]);
  assert.throws(() => shareInterval95(3, 2), RangeError);
  assert.throws(() => shareInterval95(0, 0), RangeError);
});
