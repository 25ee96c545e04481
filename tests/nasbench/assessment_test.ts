/** Assessments as a table. */
import assert from "node:assert/strict";
import { agreementOf, type Assessment, assessmentTable } from "@zennas/zennas";

const accuracies = Array.from({ length: 40 }, (_, index) => index);

/** An assessment of a proxy whose scores are these. */
function assessed(proxy: string, scores: readonly number[]): Assessment {
  const agreement = agreementOf([scores], accuracies, { seed: 0, resamples: 20 });
  return { proxy, agreement, networkCount: 40, seedCount: 1, seconds: 0.0123, failed: 0, scores };
}

Deno.test("a table of assessments has the best proxy first, names to the left and numbers to the right", () => {
  const worst = assessed("worst", accuracies.map((value) => -value)), best = assessed("best", accuracies);
  const [header, rule, first, second, ...rest] = assessmentTable([worst, best]).split("\n");
  assert.match(header!, /^\| proxy \| Spearman \|.*\| networks × seeds \| ms a network \|$/);
  assert.equal(rule, `| --- |${" ---: |".repeat(9)}`);
  assert.match(first!, /^\| best \| 1\.00.* \| 0\.00 \| 40 × 1 \| 12\.3 \|$/);
  assert.match(second!, /^\| worst \| -1\.00.*\| 40 × 1 \| 12\.3 \|$/);
  assert.deepEqual(rest, []);
});
