import assert from "node:assert/strict";
import { evaluateRepeatedly, labelsOf, oneHot, Random, snip, zico } from "@zennas/zennas";
import { oracleBackend } from "../graph/oracle_backend.ts";
import { drawn, small } from "./settings.ts";

/** So many classes that two labels are equal only if they come from the same random bits. */
const CLASSES = 2 ** 31;
const BATCH = 64;

Deno.test("each batch of each draw of a seed has random bits of its own, which no decision of a search shares", () => {
  const owners = new Map<number, string>();
  const take = (labels: readonly number[], owner: string) => {
    for (const label of labels) {
      const other = owners.get(label);
      assert.equal(other, undefined, `${owner} shares a label with ${other}`);
      owners.set(label, owner);
    }
  };
  for (let draw = 0; draw < 8; draw++) {
    for (const which of [0, 1] as const) {
      const labels = labelsOf(drawn(snip, { batch: BATCH, draw }), { classes: CLASSES, which });
      assert.equal(labels.length, BATCH);
      take(labels, `draw ${draw}, batch ${which}`);
    }
  }
  for (let proposal = 0; proposal < 64; proposal++) {
    const random = new Random(3, proposal);
    take(Array.from({ length: 16 }, () => random.below(CLASSES)), `proposal ${proposal}`);
  }
});

Deno.test("labels depend on the seed, the draw and the batch alone, and a shorter batch begins like a longer one", () => {
  const of = (over: object) => labelsOf(drawn(snip, { batch: 8, ...over }), { classes: CLASSES, which: 1 });
  assert.deepEqual(of({ gamma: 1, variant: "other" }), of({}));
  assert.deepEqual(of({ batch: 4 }), of({}).slice(0, 4));
  assert.notDeepEqual(of({ seed: 4 }), of({}));
  assert.deepEqual(of({ labels: "modulo", batch: 4, draw: 5 }), [0, 1, 2, 3]);
  assert.deepEqual([...oneHot([2, 0], 3)], [0, 0, 1, 1, 0, 0]);
});

Deno.test("a repeated score feeds each draw its own labels and images, and each of its batches its own labels", async () => {
  const runs: { readonly draw: number; readonly feeds: Readonly<Record<string, Float32Array>> }[] = [];
  const backend = {
    ...oracleBackend,
    compile: (graph: Parameters<typeof oracleBackend.compile>[0]) => {
      const program = oracleBackend.compile(graph);
      const run: typeof program.run = (options) => {
        runs.push({ draw: options!.draw!, feeds: options!.feeds! });
        return program.run(options);
      };
      return { ...program, run };
    },
  };
  const settings = drawn(zico, { batch: 8 });
  const { mean } = await evaluateRepeatedly(small("SuperConvK3BNRELU(3,4,1,1)"), {
    ...{ proxy: zico, settings, repeats: 3, backend },
  });
  assert.ok(Number.isFinite(mean));
  assert.deepEqual(runs.map(({ draw }) => draw), [0, 1, 2]);
  const expected = [0, 1, 2].flatMap((draw) =>
    ([0, 1] as const).map((which) => [...oneHot(labelsOf({ ...settings, draw }, { classes: 10, which }), 10)])
  );
  assert.deepEqual(runs.flatMap(({ feeds }) => [[...feeds.labels!], [...feeds.labels2!]]), expected);
  assert.equal(new Set(expected.map(String)).size, 6);
});
