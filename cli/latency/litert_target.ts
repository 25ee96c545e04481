/** TensorFlow Lite files in LiteRT on this machine: XNNPACK's kernels in WebAssembly, one thread. */
import deno from "../../deno.json" with { type: "json" };
import { exportTflite, filledNetwork, openLiteRt, randomImages } from "../../mobile/mod.ts";
import { UsageError } from "../errors.ts";
import { type LatencyTarget, pausing, type TargetOptions } from "./target.ts";

/** Opens the runtime. Throws UsageError for a batch of several images, which exported files do not take. */
export function openLiteRtTarget({ batch }: TargetOptions): Promise<LatencyTarget> {
  if (batch !== 1) {
    throw new UsageError(`Cannot measure batches in LiteRT as a file takes one image: got --batch ${batch}`);
  }
  return Promise.resolve({
    device: {
      name: `${Deno.build.os} ${Deno.build.arch}`,
      kind: "cpu",
      runtime: `LiteRT.js ${deno.imports["@litertjs/core"].replace(/^.*@/, "")} on WebAssembly, one thread`,
      fusion: "tflite",
      precision: "f32",
    },
    async openNetwork(design) {
      const model = await openLiteRt(
        await exportTflite(filledNetwork(design), { precision: "f32", producer: `zennas ${deno.version}` }),
      );
      const images = model.inputs.map(({ shape }) => randomImages(shape, { name: "input", count: 1 })[0]!);
      const pause = pausing();
      return {
        async time() {
          await pause();
          const start = performance.now();
          await model.run(images);
          return [performance.now() - start];
        },
        [Symbol.dispose]: () => model[Symbol.dispose](),
      };
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  });
}
