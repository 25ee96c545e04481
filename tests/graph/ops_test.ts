/** What operations claim of themselves beside shapes and gradients, held against their float64 references. */
import assert from "node:assert/strict";
import { definitionOf, type Node, type OpName, ops, sameShape, type Tensor64 } from "../../core/mod.ts";
import { type Case, cases } from "../kernels/cases.ts";

/** An operation's node in a case, and the tensors that go in. */
interface Site {
  readonly name: string;
  readonly node: Node;
  readonly inputs: readonly Tensor64[];
}

function siteOf({ name, graph: { nodes, outputs }, feeds }: Case): Site {
  const node = nodes[outputs[0]!]!;
  const inputs = node.inputs.map((id) => nodes[id]!).map(({ shape, attributes }) => ({
    shape,
    data: Float64Array.from(feeds[(attributes as { readonly name: string }).name]!),
  }));
  return { name, node, inputs };
}

/** The cases of each operation that has inputs. */
const sites: readonly (readonly [OpName, readonly Site[]])[] = (Object.keys(ops) as OpName[])
  .map((op) => [op, cases[op].map(siteOf).filter(({ node }) => node.op === op && node.inputs.length > 0)] as const)
  .filter(([, sites]) => sites.length > 0);

const outputOf = ({ node }: Site, inputs: readonly Tensor64[]): Float64Array =>
  definitionOf(node).reference(inputs, node.attributes, { output: node.shape });

const times = (factor: number, { shape, data }: Tensor64): Tensor64 => ({ shape, data: data.map((x) => x * factor) });

/** Whether one output is so many times another, but for rounding. */
function isMultiple(output: Float64Array, of: Float64Array, factor: number): boolean {
  const largest = of.reduce((most, value) => Math.max(most, Math.abs(value)), 0), tolerance = 1e-9 * factor * largest;
  return output.every((value, index) => Math.abs(value - factor * of[index]!) <= tolerance);
}

Deno.test("scaled inputs scale an output by the degrees of its operation", () => {
  for (const [op, own] of sites) {
    const { degrees } = ops[op];
    for (const site of degrees ? own : []) {
      const factors = degrees!.map((_, index) => [1.75, 0.375][index]!);
      const product = degrees!.reduce((product, degree, index) => product * factors[index]! ** degree, 1);
      const rest = degrees!.length > 0 ? product : 1.75;
      const scaled = site.inputs.map((input, index) => times(factors[index] ?? rest, input));
      assert.ok(isMultiple(outputOf(site, scaled), outputOf(site, site.inputs), rest), site.name);
    }
  }
});

Deno.test("an operation without degrees has none: inputs times a number do not make the output times one", () => {
  for (const [, own] of sites.filter(([op]) => !ops[op].degrees)) {
    for (const site of own) {
      const before = outputOf(site, site.inputs);
      // One number is a multiple of any other.
      if (before.length <= 2) continue;
      const after = outputOf(site, site.inputs.map((input) => times(1.75, input)));
      const largest = before.reduce(
        (best, value, index) => Math.abs(value) > Math.abs(before[best]!) ? index : best,
        0,
      );
      assert.ok(!isMultiple(after, before, after[largest]! / before[largest]!), site.name);
    }
  }
});

/** The tensor with one added to every number of a row along the last axis. */
function withRow({ shape, data }: Tensor64, row: number): Tensor64 {
  const width = shape.at(-1)!;
  return { shape, data: data.map((value, index) => Math.floor(index / width) === row ? value + 1 : value) };
}

Deno.test("what is written over an input needs no other row of it", () => {
  for (const [op, own] of sites.filter(([op]) => ops[op].inPlace)) {
    let tried = 0;
    for (const site of own) {
      const { node: { shape }, inputs } = site, before = outputOf(site, inputs), width = shape.at(-1)!;
      inputs.forEach((input, at) => {
        const rows = input.data.length / width, row = rows >> 1;
        if (!sameShape(input.shape, shape) || rows < 2) return;
        const after = outputOf(site, inputs.with(at, withRow(input, row)));
        after.forEach((value, index) => {
          if (Math.floor(index / width) !== row) assert.equal(value, before[index], site.name);
        });
        tried++;
      });
    }
    assert.ok(tried > 0, op);
  }
});
