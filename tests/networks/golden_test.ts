/** Structures against what the published code makes of them. */
import assert from "node:assert/strict";
import {
  countLayers,
  graphMacs,
  parameterCount,
  parseStructure,
  peakActivationBytes,
  printStructure,
  referenceCost,
  splitStructure,
  trueCost,
  zooEntry,
} from "@zennas/zennas";
import stateDicts from "../fixtures/state_dict.json" with { type: "json" };
import rows from "../fixtures/structures.json" with { type: "json" };
import { graphOf, lowered, pytorchShape } from "./networks.ts";

const formOf = (row: typeof rows[number]) => ({
  classes: row.num_classes,
  resolution: row.resolution,
  squeezeExcite: row.use_se,
});

Deno.test("the fixture holds all 98 structures", () => assert.equal(rows.length, 98));

Deno.test("canonical form, split and layers are the published code's", () => {
  for (const row of rows) {
    const structure = parseStructure(row.structure);
    assert.equal(printStructure(structure), row.canonical);
    assert.equal(printStructure(splitStructure(structure)), row.split);
    assert.equal(countLayers(structure), row.layers);
  }
});

Deno.test("true parameters are PyTorch's", () => {
  for (const row of rows) {
    assert.equal(trueCost(parseStructure(row.structure), formOf(row)).parameters, row.parameters, row.structure);
  }
});

Deno.test("the reference's counting is the published code's, with residual links and without", () => {
  for (const row of rows) {
    const structure = parseStructure(row.structure), form = formOf(row);
    const linked = referenceCost(structure, form);
    assert.deepEqual(linked, { parameters: row.reference_params, macs: row.reference_flops });
    const plain = referenceCost(structure, { ...form, residualLinks: false });
    assert.deepEqual(plain, { parameters: row.reference_params_no_reslink, macs: row.reference_flops_no_reslink });
  }
});

Deno.test("counting block by block gives what counting the whole graph gives", () => {
  for (const row of rows.filter(({ name }) => name !== "init_imagenet_latency")) {
    for (const residualLinks of [true, false]) {
      const form = { ...formOf(row), residualLinks };
      const whole = lowered(row.structure, form), graph = graphOf(whole, whole.logits);
      assert.deepEqual(trueCost(parseStructure(row.structure), form), {
        parameters: parameterCount(whole.network.parameters),
        macs: graphMacs(graph),
        layers: row.layers,
        peakActivationBytes: peakActivationBytes(graph, new Set([whole.input])),
      });
    }
  }
});

for (const [name, entries] of Object.entries(stateDicts)) {
  Deno.test(`${name} has the parameters of its published checkpoint, in order`, () => {
    const { structure, ...form } = zooEntry(name);
    const { network } = lowered(structure, form);
    const saved = entries.filter(([parameter]) => !`${parameter}`.endsWith("num_batches_tracked"));
    assert.deepEqual(network.parameters.map(({ name, shape }) => [name, pytorchShape(shape)]), saved);
  });
}
