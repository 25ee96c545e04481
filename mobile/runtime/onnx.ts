/** ONNX models on this machine, by onnxruntime compiled to WebAssembly. */
import { fromBinary } from "npm:@bufbuild/protobuf@2.17.0";
import type { InferenceSession } from "npm:onnxruntime-web@1.30.0/wasm";
import type { Shape } from "../../core/graph/shape.ts";
import { importPackage } from "../../core/io/packages.ts";
import { MobileError } from "../errors.ts";
import { modelSchema } from "../onnx/schema.ts";

/** A model made ready to run, with one input and one output. Dispose of it to release its memory. */
export interface OnnxModel extends AsyncDisposable {
  /** The extents of what it takes; those that the file leaves open are 1. */
  readonly input: Shape;
  /** The extents of what it gives; those that the file leaves open are 1. */
  readonly output: Shape;
  /** Whether the last operator is a softmax: what it gives is probabilities. */
  readonly softmax: boolean;
  /** Runs it once; values are row-major. Throws MobileError MODEL_RUNTIME_REJECTED. */
  run(input: Float32Array): Promise<Float32Array>;
}

/** What the runtime throws, as an error of ours. */
async function checked<T>(what: string, action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new MobileError("MODEL_RUNTIME_REJECTED", `Cannot ${what} as the runtime says: ${said}`, { cause });
  }
}

type OnnxRuntime = typeof import("npm:onnxruntime-web@1.30.0/wasm");

/** The name and extents of the only input or output. */
function onlyPort(
  ports: InferenceSession["inputMetadata"],
  what: "input" | "output",
): { readonly name: string; readonly shape: Shape } {
  const [port] = ports;
  if (!port || ports.length !== 1) {
    throw new MobileError(
      "MODEL_INPUT",
      `Cannot classify images as the model must have one ${what}: got ${ports.length}`,
    );
  }
  if (!port.isTensor || port.type !== "float32") {
    const type = port.isTensor ? port.type : "no tensor";
    throw new MobileError("MODEL_IO_TYPE", `Cannot run the model here as ${port.name} must be float32: got ${type}`);
  }
  return { name: port.name, shape: port.shape.map((extent) => typeof extent === "number" ? extent : 1) };
}

/** Whether the operator that gives a result is a softmax. */
function endsInSoftmax(bytes: Uint8Array, output: string): boolean {
  const { graph } = fromBinary(modelSchema, bytes) as unknown as {
    readonly graph?: { readonly node: readonly { readonly opType: string; readonly output: readonly string[] }[] };
  };
  return graph?.node.find((node) => node.output.includes(output))?.opType === "Softmax";
}

/**
 * Makes an ONNX model ready to run on this machine. Throws MobileError MODEL_RUNTIME_REJECTED with what the runtime said,
 * MODEL_INPUT and MODEL_IO_TYPE for one that does not turn one float32 tensor into another.
 */
export async function openOnnx(bytes: Uint8Array): Promise<OnnxModel> {
  const { env, InferenceSession, Tensor } = await importPackage<OnnxRuntime>("onnxruntime-web", "/wasm");
  env.wasm.numThreads = 1; // its threads are workers of a browser
  const session = await checked(
    "load the model",
    () => InferenceSession.create(bytes, { executionProviders: ["wasm"] }),
  );
  try {
    const input = onlyPort(session.inputMetadata, "input"), output = onlyPort(session.outputMetadata, "output");
    const softmax = endsInSoftmax(bytes, output.name);
    return {
      input: input.shape,
      output: output.shape,
      softmax,
      async run(values) {
        const feeds = { [input.name]: new Tensor("float32", values, [...input.shape]) };
        const results = await checked("run the model", () => session.run(feeds));
        return Float32Array.from(results[output.name]!.data as Float32Array);
      },
      [Symbol.asyncDispose]: () => session.release(),
    };
  } catch (error) {
    await session.release();
    throw error;
  }
}
