/** `benchmark_model` for the scripted phone: takes the binary's flags and measures for real, on this machine. */
import { runBenchmark } from "../../../mobile/phone/mod.ts";
import { openLiteRt } from "../../../mobile/runtime/litert.ts";

const text = await runBenchmark(Deno.args, {
  read: (path) => Deno.readFile(path),
  async open(bytes) {
    const model = await openLiteRt(bytes);
    const inputs = model.inputs.map(({ shape }) => new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(0.5));
    return { run: async () => void await model.run(inputs), [Symbol.dispose]: () => model[Symbol.dispose]() };
  },
});
await Deno.stdout.write(new TextEncoder().encode(text));
Deno.exit(0);
