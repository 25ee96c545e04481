/** What parses, what does not, and what is said then. */
import assert from "node:assert/strict";
import {
  MAX_ARGUMENT,
  MAX_BLOCKS,
  MAX_DEPTH,
  parseStructure,
  printStructure,
  type Structure,
  StructureSyntaxError,
} from "@zennas/zennas";

function syntaxError(text: string): StructureSyntaxError {
  try {
    parseStructure(text);
  } catch (error) {
    assert(error instanceof StructureSyntaxError, `${error}`);
    return error;
  }
  return assert.fail(`parsed ${text}`);
}

const nested = (depth: number): string => `${"Sequential(".repeat(depth)}RELU(8)${")".repeat(depth)}`;

Deno.test("a super block is a leaf with its numbers", () => {
  const expected: Structure = { blocks: [{ name: "SuperResK3K3", args: [8, 16, 2, 8, 1], branches: [] }] };
  assert.deepEqual(parseStructure("SuperResK3K3(8,16,2,8,1)"), expected);
});

Deno.test("branches, arguments before inner blocks and labels are kept", () => {
  const { blocks } = parseStructure("MultiSumBlock(m1|ResBlock(8,1,RELU(8)BN(8));Swish(s|8))");
  const residual = { name: "ResBlock", args: [8, 1], branches: [parseStructure("RELU(8)BN(8)").blocks] };
  const swish = { name: "Swish", label: "s", args: [8], branches: [] };
  assert.deepEqual(blocks, [{ name: "MultiSumBlock", label: "m1", args: [], branches: [[residual], [swish]] }]);
});

Deno.test("labels are printed only when asked for", () => {
  const text = "ResBlock(a|8,1,ConvKX(conv_1|8,8,3,1)BN(8))RELU(8)";
  assert.equal(printStructure(parseStructure(text)), "ResBlock(8,1,ConvKX(8,8,3,1)BN(8))RELU(8)");
  assert.equal(printStructure(parseStructure(text), { labels: true }), text);
});

Deno.test("a residual block without arguments takes them from its inner blocks", () => {
  const { blocks } = parseStructure("ResBlock(Sequential(ConvKX(8,16,3,2)BN(16))MaxPool(16,3,2))ResBlockProj(BN(16))");
  assert.deepEqual(blocks.map(({ args }) => args), [[8, 4], [16, 1]]);
});

Deno.test("channels that do not fit parse", () => {
  const text = "SuperResK3K3(256,512,2,256,1)SuperConvK1BNRELU(256,512,1,1)";
  assert.equal(printStructure(parseStructure(text)), text);
});

Deno.test("an error points at the fault under an excerpt of one line", () => {
  const error = syntaxError("SuperConvK3BNRELU(3,8,1,1)SuperConvK4BNRELU(8,16,1,1)RELU(16)");
  assert.equal(error.position, 26);
  assert.deepEqual(error.message.split("\n"), [
    "Cannot parse the structure as SuperConvK4BNRELU is no known block (did you mean SuperConvK1BNRELU?), at character 27",
    "  SuperConvK3BNRELU(3,8,1,1)SuperConvK4BNRELU(8,16,1,1)RELU(16)",
    "                            ^",
  ]);
});

Deno.test("an excerpt of a long structure is cut on both sides", () => {
  const text = "RELU(8)".repeat(50) + "RELU(-8)" + "RELU(8)".repeat(50);
  const [, excerpt, caret] = syntaxError(text).message.split("\n");
  assert(excerpt!.length < 80 && excerpt!.startsWith("  …") && excerpt!.endsWith("…"));
  assert.equal(excerpt![caret!.indexOf("^")], "-");
});

const faults: readonly (readonly [text: string, position: number, reason: RegExp])[] = [
  ["", 0, /a block's name must stand here: got the end/],
  ["RELU", 4, /"\(" must stand here, after RELU: got the end/],
  ["RELU(8", 6, /"\)" must stand here, at the end of RELU: got the end/],
  ["RELU(8))", 7, /a block's name must stand here: got "\)"/],
  ["RELU(8);RELU(8)", 7, /a block's name must stand here: got ";"/],
  ["RELU(8) RELU(8)", 7, /a block's name must stand here: got white space/],
  ["RELU( 8)", 5, /channels of RELU must be a whole number from 1 to 65536: got white space/],
  ["RELU(8)\n", 7, /got white space/],
  ["RELU()", 5, /RELU takes 1 number \(channels\): got 0/],
  ["ConvKX(3,8,3)", 12, /ConvKX takes 4 numbers \(in, out, kernel, stride\): got 3/],
  ["ConvKX(3,8,3,1,1)", 15, /ConvKX takes 4 numbers .*: got more, "1"/],
  ["ConvKX(3,0,3,1)", 9, /out of ConvKX must be a whole number from 1 to 65536: got "0"/],
  ["ConvKX(3,-8,3,1)", 9, /got "-8"/],
  ["ConvKX(3,8.5,3,1)", 10, /got "\.5"/],
  ["ConvKX(3,1e9,3,1)", 10, /got "e9"/],
  [`RELU(${MAX_ARGUMENT + 1})`, 5, /got "65537"/],
  [`RELU(${"9".repeat(400)})`, 5, /got "9{40}… \(400 characters\)"/],
  ["Linear(8,8,2)", 11, /bias of Linear must be a whole number from 0 to 1: got "2"/],
  ["relu(8)", 0, /relu is no known block \(did you mean RELU\?\)/],
  ["Banana(8)", 0, /Banana is no known block,/],
  [`${"x".repeat(5000)}(8)`, 0, /x{40}… \(5000 characters\) is no known block,/],
  ["Sequential()", 11, /a block's name must stand here/],
  ["Sequential(RELU(8);RELU(8))", 18, /"\)" must stand here, at the end of Sequential: got ";"/],
  ["MultiSumBlock(RELU(8);)", 22, /a block's name must stand here/],
  ["ResBlock(8,RELU(8))", 11, /stride of ResBlock must be/],
  ["ResBlock(8,1)", 12, /"," must stand here, after stride of ResBlock/],
  ["ResBlockProj(MaxPool(8,3,60000)MaxPool(8,3,60000))", 13, /stride can only be left out/],
  ["RELU(a|b|8)", 7, /must be a whole number/],
  ["RELU(|8)", 5, /must be a whole number/],
];

for (const [text, position, reason] of faults) {
  Deno.test(`not a structure: ${text.slice(0, 40).replace("\n", "\\n") || "nothing"}`, () => {
    const error = syntaxError(text);
    assert.match(error.message, reason);
    assert.equal(error.position, position);
    assert.equal(error.structure, text);
    assert.equal(error.message.split("\n").length, 3);
  });
}

Deno.test("blocks may stand in one another up to a depth", () => {
  assert.equal(printStructure(parseStructure(nested(MAX_DEPTH))), nested(MAX_DEPTH));
  assert.match(syntaxError(nested(MAX_DEPTH + 1)).message, /at most 64 deep/);
});

Deno.test("a hundred thousand parentheses are an error, not an overflow", () => {
  assert.match(syntaxError(nested(100_000)).message, /at most 64 deep/);
  syntaxError("(".repeat(100_000));
  syntaxError("RELU(".repeat(100_000));
});

Deno.test("structures whose building would not end are errors", () => {
  assert.match(syntaxError(`SuperResK3K3(8,8,1,8,${MAX_BLOCKS + 1})`).message, /at most 10000 layers: got 10001/);
  assert.match(syntaxError("SuperResK3K3(8,8,1,8,1000000000)").message, /layers of SuperResK3K3 must be/);
  assert.match(syntaxError("RELU(8)".repeat(MAX_BLOCKS + 1)).message, /at most 10000 blocks/);
  assert.match(syntaxError("Sequential(SuperConvK1BNRELU(8,8,1,9999))".repeat(2)).message, /at most 10000 layers/);
  const wide = `MultiSumBlock(${Array(9_000).fill("SuperConvK1BNRELU(8,8,1,9000)").join(";")})`;
  assert.match(syntaxError(wide).message, /at most 10000 layers: got 18000/);
});
