/** The examples do what they say. */
import assert from "node:assert/strict";
import {
  blockNames,
  loadProxy,
  openBackend,
  parseStructure,
  printStructure,
  referenceCost,
  structureDesign,
} from "@zennas/zennas";
import { cost, structure } from "../examples/custom_block.ts";

/** Parameters of GhostK3(in, out): the 1×1 convolution, the depthwise one, and two normalisations. */
const ghostParameters = (inputs: number, half: number): number => inputs * half + 9 * half + 4 * half;

Deno.test("a registered block parses, chains, prints and costs", () => {
  assert(blockNames().includes("GhostK3"));
  assert.equal(
    printStructure(structure),
    "SuperConvK3BNRELU(3,16,1,1)GhostK3(16,32,2)SuperResK3K3(32,64,2,32,2)GhostK3(64,128,1)SuperConvK1BNRELU(128,256,1,1)",
  );
  const stem = 27 * 16 + 2 * 16, head = 128 * 256 + 2 * 256 + 256 * 10 + 10;
  const first = 9 * 32 * 32 + 64 + 9 * 32 * 64 + 128 + (32 * 64 + 64 + 128);
  const second = 9 * 64 * 32 + 64 + 9 * 32 * 64 + 128;
  assert.equal(cost.parameters, stem + ghostParameters(16, 16) + first + second + ghostParameters(64, 64) + head);
  assert.equal(cost.layers, 1 + 2 + 2 + 2 + 1);
});

Deno.test("a registered block without a reference counting is counted truly", () => {
  const ghost = { blocks: structure.blocks.slice(1, 2) };
  const { parameters, macs } = referenceCost(ghost, { classes: 10, resolution: 32 });
  assert.equal(parameters, ghostParameters(16, 16) + 32 * 10 + 1);
  assert.equal(macs, 16 * 16 * (16 * 16 + 9 * 16) + 32 * 10);
});

Deno.test("the example runs from a shell", async () => {
  const command = new Deno.Command(Deno.execPath(), { args: ["run", "--quiet", "examples/custom_block.ts"] });
  const { success, stdout, stderr } = await command.output();
  assert(success, new TextDecoder().decode(stderr));
  assert.match(new TextDecoder().decode(stdout), /GhostK3\(16,32,2\)[\s\S]*parameters: \d+/);
});

Deno.test("a proxy of one's own is a module", async () => {
  await using backend = await openBackend("cpu");
  const proxy = await loadProxy("examples/custom_proxy.ts");
  const fixed = { gamma: 0.01, variant: "plain", fill: "gaussian", weights: "unit", labels: "random" } as const;
  const design = structureDesign(parseStructure("SuperConvK3BNRELU(3,8,2,1)"), { classes: 10, resolution: 8 });
  const { value, parts } = await proxy.score(design, { ...fixed, batch: 4, seed: 1, draw: 0 }, backend);
  assert.ok(value > 0.1 && value < 10 && Math.abs(parts!.mean!) < value);
});
