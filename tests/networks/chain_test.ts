/** Which structures are refused because their channels do not chain, and what is said then. */
import assert from "node:assert/strict";
import {
  chainChannels,
  parseChainedStructure,
  parseStructure,
  printStructure,
  Random,
  structureBenchmark,
  StructureChannelError,
  StructureSyntaxError,
  zooEntry,
  zooNames,
} from "@zennas/zennas";
import rows from "../fixtures/structures.json" with { type: "json" };
import { randomStructure } from "./random_structures.ts";

function channelError(text: string): StructureChannelError {
  try {
    parseChainedStructure(text);
  } catch (error) {
    assert(error instanceof StructureChannelError, `${error}`);
    return error;
  }
  return assert.fail(`parsed ${text}`);
}

Deno.test("the error points at the block that takes other channels than it is given", () => {
  const text = "SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(9,16,1,8,1)";
  const error = channelError(text);
  assert.deepEqual([error.structure, error.position], [text, 26]);
  assert.deepEqual(error.message.split("\n"), [
    "Cannot build the structure as SuperResK3K3 takes 9 channels: got 8, at character 27",
    `  ${text}`,
    `  ${" ".repeat(26)}^`,
  ]);
});

const misfits: readonly (readonly [text: string, at: string, reason: RegExp])[] = [
  ["BN(4)", "BN(4)", /BN takes 4 channels: got 3/],
  ["ConvKX(3,8,3,1)RELU(8)SE(x|16)", "SE", /SE takes 16 channels: got 8/],
  ["RELU(3)Sequential(BN(3)ConvDW(4,3,1))", "ConvDW", /ConvDW takes 4 channels: got 3/],
  ["ConvKX(3,8,3,1)ResBlock(9,1,BN(9))", "ResBlock", /ResBlock takes 9 channels: got 8/],
  ["ConvKX(3,8,3,1)ResBlock(8,1,BN(9))", "BN", /BN takes 9 channels: got 8/],
  ["ResBlockProj(ConvKX(3,8,3,1))BN(3)", "BN", /BN takes 3 channels: got 8/],
  ["MultiSumBlock(BN(3);BN(3)RELU(4))", "RELU", /RELU takes 4 channels: got 3/],
  ["MultiSumBlock(ConvKX(3,8,1,1);BN(3)Swish(3))", "BN", /branches of MultiSumBlock must have 8 .*: got 3/],
  ["MultiCatBlock(ConvKX(3,8,1,1);BN(3))RELU(8)", "RELU", /RELU takes 8 channels: got 11/],
];

for (const [text, at, reason] of misfits) {
  Deno.test(`${text} is refused at ${at}`, () => {
    const error = channelError(text);
    assert.equal(error.position, text.lastIndexOf(at));
    assert.match(error.message, reason);
  });
}

Deno.test("all published structures chain but one, which parseStructure alone reads", () => {
  const unchained = rows.filter(({ structure }) => {
    try {
      return printStructure(parseChainedStructure(structure)) === "";
    } catch (error) {
      return error instanceof StructureChannelError;
    }
  });
  assert.deepEqual(unchained.map(({ name }) => name), ["init_imagenet_latency"]);
  for (const { structure } of zooNames.map(zooEntry)) {
    assert.deepEqual(parseChainedStructure(structure), parseStructure(structure));
  }
});

Deno.test("what chainChannels makes of random structures chains, unless summed branches differ or channels exceed the limit", () => {
  let chained = 0;
  for (let index = 0; index < 1_000; index++) {
    const { blocks } = randomStructure(new Random(1, index)), [image] = parseStructure("BN(3)").blocks;
    const text = printStructure(chainChannels({ blocks: [image!, ...blocks] }));
    try {
      assert.equal(printStructure(parseChainedStructure(text)), text);
      chained++;
    } catch (error) {
      assert.match(`${error}`, /branches of MultiSumBlock must have|from 1 to 65536: got/, text);
    }
  }
  assert.ok(chained > 100, `${chained}`);
});

Deno.test("malformed text is a syntax error, and labels and container arguments are kept", () => {
  assert.throws(() => parseChainedStructure("BN(3"), StructureSyntaxError);
  const text = "ConvKX(3,8,3,1)ResBlock(r|8,1,BN(b|8))MultiCatBlock(RELU(8);RELU(8))BN(16)";
  assert.deepEqual(parseChainedStructure(text), parseStructure(text));
});

Deno.test("a benchmark of structures refuses those that do not chain", () => {
  const benchmark = structureBenchmark({ classes: 10, resolution: 8 });
  assert.throws(() => benchmark.classOf("ConvKX(3,8,3,1)BN(9)"), StructureChannelError);
  assert.throws(() => benchmark.design("ConvKX(3,8,3,1)BN(9)"), StructureChannelError);
});
