/** Programs of the CPU backend are data, and their arguments go by the names of parameters. */
import assert from "node:assert/strict";
import { evaluate, GraphBuilder } from "../../core/mod.ts";
import { convolutionFields } from "../../kernels/cpu/kernels.gen.ts";
import { ordered } from "../../kernels/cpu/lowered.ts";
import { Machine } from "../../kernels/cpu/machine.ts";
import { compileModule } from "../../kernels/cpu/module.ts";
import type { Call } from "../../kernels/cpu/program.ts";
import { normals } from "./cases.ts";
import { worstError } from "./compare.ts";
import type { Fed } from "./layers.ts";

/** A feed, constants, draws, a convolution with statistics, and both its gradients, those of the weight by image. */
function everyKindOfTask(): Fed {
  const builder = new GraphBuilder(), geometry = { stride: 2, padding: 1, groups: 1 };
  const x = builder.add("input", [], { name: "x", shape: [3, 9, 11, 4] });
  const weight = builder.add("gaussian", [], { shape: [6, 3, 5, 4], stream: 1 });
  const bias = builder.add("constant", [], { shape: [6], values: [1, 2, 3, 4, 5, 6] });
  const y = builder.add("conv2d", [x, weight, bias], geometry);
  const outputs = [
    y,
    builder.add("channel_mean", [y], {}),
    builder.add("conv2d_input", [y, weight], { ...geometry, size: [9, 11] }),
    builder.add("conv2d_weight", [x, y], { ...geometry, kernel: [3, 5], perImage: true }),
  ];
  return {
    graph: builder.build(outputs),
    run: { feeds: { x: normals([3, 9, 11, 4], 2) }, seed: 2 ** 40 + 5, draw: 3 },
  };
}

Deno.test("a program is plain data that any machine can run", async () => {
  const module = await compileModule(), { graph, run } = everyKindOfTask();
  const program = structuredClone(new Machine(module).compile(graph)), machine = new Machine(module);
  const outputs = [machine.run(program, run), machine.run(program, { ...run, draw: 4 }), machine.run(program, run)];
  assert.deepEqual(outputs[0], outputs[2]);
  assert.notDeepEqual(outputs[0], outputs[1]);
  evaluate(graph, run).forEach((expected, output) => {
    const error = worstError(outputs[0]![output]!, expected);
    assert.ok(error < 2e-6, `output ${output}: error ${error}`);
  });
});

Deno.test("the words of a convolution's descriptor are its extents, in the order of the fields", async () => {
  const { tasks } = new Machine(await compileModule()).compile(everyKindOfTask().graph);
  const { args } = tasks.find((task): task is Call => "kernel" in task && task.kernel === "convolve")!;
  const words = Object.fromEntries(Object.keys(convolutionFields).map((name, word) => [name, args[word]]));
  const { n, h, w, c, oh, ow, o, kh, kw, stride, padding, groups } = words;
  assert.deepEqual([n, h, w, c], [3, 9, 11, 4]);
  assert.deepEqual([oh, ow, o], [5, 5, 6]);
  assert.deepEqual([kh, kw, stride, padding, groups], [3, 5, 2, 1, 1]);
  assert.ok(words.bias !== 0 && words.mean !== 0);
  assert.deepEqual([words.scale, words.shift, words.variance], [0, 0, 0]);
});

Deno.test("arguments go by the names of parameters, and a call that does not fit its kernel is no program", () => {
  const buffer = { bytes: 64, address: 0, first: 0, last: 0 }, part = { of: buffer, byte: 16 };
  assert.deepEqual(
    ordered("copyRows", { rows: 4, bytes: 3, xPitch: 2, yPitch: 1, x: part, y: buffer }),
    [buffer, 1, part, 2, 3, 4],
  );
  // @ts-expect-error a parameter is missing
  ordered("sum", { y: buffer, x: buffer, count: 1 });
  // @ts-expect-error the kernel has no such parameter
  ordered("fill", { y: buffer, count: 1, value: 0, z: 1 });
  // @ts-expect-error a count is no buffer
  ordered("fill", { y: buffer, count: buffer, value: 0 });
  // @ts-expect-error an address is no number
  ordered("fill", { y: 64, count: 1, value: 0 });
  // @ts-expect-error there is no such kernel
  assert.throws(() => ordered("empty", {}));
});
