import assert from "node:assert/strict";
import { parseConfig, parseStructure, type Proxy, scorerOf, zen } from "@zennas/zennas";
import { oracleBackend } from "../graph/oracle_backend.ts";

const settings = {
  proxy: "zen",
  space: "XXBL",
  initialStructure: "SuperConvK3BNRELU(3,8,1,1)",
  resolution: 8,
  classes: 10,
};

Deno.test("a search's scorer begins one candidate more than its device computes, in order, and goes on after a failure", async () => {
  const begun: number[] = [], open = new Map<number, PromiseWithResolvers<void>>();
  const proxy: Proxy = {
    ...zen,
    score: async ({ text }) => {
      const layers = Number(/,(\d+)\)$/.exec(text)![1]), gate = Promise.withResolvers<void>();
      begun.push(layers);
      open.set(layers, gate);
      await gate.promise;
      return { value: layers };
    },
  };
  const backend = { ...oracleBackend, concurrency: 2 }, scorer = scorerOf(parseConfig(settings), { proxy, backend });
  const scores = [1, 2, 3, 4, 5].map((layers) =>
    scorer(parseStructure(`SuperConvK3BNRELU(3,8,1,${layers})`), { index: layers, structure: "" })
  );
  const settle = () => new Promise((resolve) => setTimeout(resolve));
  await settle();
  assert.deepEqual(begun, [1, 2, 3]);
  open.get(2)!.reject(new Error("lost"));
  await assert.rejects(scores[1]!, /lost/);
  await settle();
  assert.deepEqual(begun, [1, 2, 3, 4]);
  for (const layers of [1, 3, 4]) open.get(layers)!.resolve();
  await settle();
  open.get(5)!.resolve();
  assert.deepEqual(await Promise.all([0, 2, 3, 4].map((index) => scores[index])), [1, 3, 4, 5]);
});
