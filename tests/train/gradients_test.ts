/** Gradients of whole networks: the CPU's against the oracle's. */
import assert from "node:assert/strict";
import { crossEntropy, filledParameters, fillingRules, gradients, isLearnable, TARGETS } from "@zennas/zennas";
import { openBackend } from "../../kernels/mod.ts";
import { oracleBackend } from "../graph/oracle_backend.ts";
import { worstError } from "../kernels/compare.ts";
import { lowered } from "../networks/networks.ts";
import { batchOf, trainingRows } from "./training_case.ts";

Deno.test("gradients of a whole network on the CPU are the oracle's", async () => {
  await using backend = await openBackend("cpu", { workers: 1 });
  const row = trainingRows[0]!, { structure, batch, num_classes: classes, resolution } = row;
  const { builder, network, logits } = lowered(structure, { mode: "train", batch, classes, resolution });
  const targets = builder.add("input", [], { name: TARGETS, shape: [batch, classes] });
  const { parameters, parameterNodes } = network, of = crossEntropy(builder, { logits, targets });
  const withRespectTo = parameterNodes.filter((_, index) => isLearnable(parameters[index]!));
  const graph = builder.build([of, ...gradients(builder, { of, withRespectTo })]);
  const feeds = { ...filledParameters(parameters, fillingRules.trained), ...batchOf(row, 0) };
  using program = backend.compile(graph);
  using reference = oracleBackend.compile(graph);
  const actual = await program.run({ feeds }), expected = await reference.run({ feeds });
  actual.forEach((tensor, index) => {
    // The gradient of a bias before a batch normalisation is zero but for rounding.
    const still = expected[index]!.every((value) => Math.abs(value) < 1e-12);
    assert.ok(still ? Math.max(...tensor.map(Math.abs)) < 1e-6 : worstError(tensor, expected[index]!) < 5e-5);
  });
});
