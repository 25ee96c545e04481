/**
 * TensorFlow Lite models on this machine, by LiteRT.js: the production kernels (XNNPACK) compiled to WebAssembly. The
 * library expects a browser's global objects, which it is given while it loads. After some failures it only logs an error
 * and returns wrong results: its log is read after each call, and an error in it is thrown.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import type { CompiledModel, Tensor, TensorDetails } from "npm:@litertjs/core@2.5.3";
import type { Shape } from "../../core/graph/shape.ts";
import { importPackage } from "../../core/io/packages.ts";
import { MobileError } from "../errors.ts";
import { withFloatPorts } from "../tflite/rewire.ts";

/** A tensor that a model takes or gives. */
export interface ModelPort {
  /** Its name in the model. */
  readonly name: string;
  /** Its extents. */
  readonly shape: Shape;
}

/** A model made ready to run. Dispose of it to release its memory. */
export interface LiteRtModel extends Disposable {
  /** What it takes, in order. */
  readonly inputs: readonly ModelPort[];
  /** What it gives, in order. */
  readonly outputs: readonly ModelPort[];
  /** Runs it once; values are row-major. Throws MobileError MODEL_INPUT, MODEL_RUNTIME_REJECTED. */
  run(inputs: readonly Float32Array[]): Promise<Float32Array[]>;
}

/** What the library expects of the global object of a browser's worker. */
interface WorkerGlobals {
  importScripts?: (url: string) => void;
  ModuleFactory?: unknown;
  Module?: unknown;
}

const globals = globalThis as WorkerGlobals;

/** What the runtime has logged during the call that it is in. */
const log: string[] = [];
/** Settles when the last call has ended. Calls run one after another, as they share the log. */
let turn: Promise<unknown> = Promise.resolve();

/** Runs a CommonJS script in place of `importScripts`, and leaves what it exports in the global object. */
function runScript(url: string): void {
  const path = fileURLToPath(url), module = { exports: {} };
  const body = new Function("require", "module", "exports", "__filename", "__dirname", readFileSync(path, "utf8"));
  body(createRequire(url), module, module.exports, path, dirname(path));
  globals.ModuleFactory = module.exports;
}

type LiteRt = typeof import("npm:@litertjs/core@2.5.3");
let loading: Promise<LiteRt> | undefined;

/** An adapter that has no device: the library opens the machine's GPU when it loads, and never needs it here. */
const noAdapter = { limits: {}, features: new Set(), info: {}, requestDevice: () => Promise.resolve(null) };

/** Loads the library; the globals of a browser's worker, which it needs for that, are removed afterwards. */
async function load(): Promise<LiteRt> {
  const library = await importPackage<LiteRt>("@litertjs/core");
  const script = import.meta.resolve("npm:@litertjs/core@2.5.3/wasm/litert_wasm_internal.js");
  const keep = (line: string): void => void log.push(line);
  globals.importScripts = runScript;
  globals.Module = { print: keep, printErr: keep };
  Object.defineProperty(navigator, "gpu", {
    value: { requestAdapter: () => Promise.resolve(noAdapter) },
    configurable: true,
  });
  try {
    await library.loadLiteRt(script);
  } finally {
    delete globals.importScripts;
    Reflect.deleteProperty(navigator, "gpu");
  }
  return library;
}

/** The library, loaded once a process. */
function loadLibrary(): Promise<LiteRt> {
  return loading ??= load();
}

/** Runs a call of the library after the calls before it; what it throws, or logs as an error, is thrown. */
function checked<T>(what: string, action: () => Promise<T>): Promise<T> {
  const result = turn.then(() => logged(what, action));
  turn = result.catch(() => undefined);
  return result;
}

async function logged<T>(what: string, action: () => Promise<T>): Promise<T> {
  log.length = 0;
  let result: T | undefined, cause: unknown;
  try {
    result = await action();
  } catch (error) {
    cause = error;
  }
  const errors = log.splice(0).filter((line) => line.startsWith("ERROR:"));
  if (cause === undefined && errors.length === 0) return result as T;
  const type = /Element type (\w+) is not supported/.exec(String(cause))?.[1];
  if (type) throw ioTypeError("a tensor", type);
  const said = errors.length > 0 ? errors.map((line) => line.slice("ERROR:".length).trim()).join("; ") : String(cause);
  throw new MobileError("MODEL_RUNTIME_REJECTED", `Cannot ${what} as the runtime says: ${said}`, {
    cause,
    data: { errors },
  });
}

function ioTypeError(tensor: string, type: string): MobileError {
  return new MobileError("MODEL_IO_TYPE", `Cannot run the model here as ${tensor} must be float32: got ${type}`, {
    data: { tensor, type },
  });
}

function portOf({ name, shape, dtype }: TensorDetails): ModelPort {
  if (dtype === "float32") return { name, shape: [...shape] };
  throw ioTypeError(name, dtype);
}

class CompiledLiteRtModel implements LiteRtModel {
  readonly inputs: readonly ModelPort[];
  readonly outputs: readonly ModelPort[];
  readonly #library: LiteRt;
  readonly #model: CompiledModel;

  constructor(library: LiteRt, model: CompiledModel) {
    this.#library = library;
    this.#model = model;
    this.inputs = model.getInputDetails().map(portOf);
    this.outputs = model.getOutputDetails().map(portOf);
  }

  async run(inputs: readonly Float32Array[]): Promise<Float32Array[]> {
    this.#checkInputs(inputs);
    const tensors: Tensor[] = [];
    try {
      for (const [index, { shape }] of this.inputs.entries()) {
        tensors.push(new this.#library.Tensor(inputs[index]!, [...shape]));
      }
      const outputs = await checked("run the model", () => this.#model.run(tensors.slice(0, inputs.length)));
      tensors.push(...outputs);
      return outputs.map((tensor) => Float32Array.from(tensor.toTypedArray()));
    } finally {
      for (const tensor of tensors) tensor.delete();
    }
  }

  #checkInputs(inputs: readonly Float32Array[]): void {
    const lengths = this.inputs.map(({ shape }) => shape.reduce((product, extent) => product * extent, 1));
    if (lengths.length === inputs.length && lengths.every((length, index) => length === inputs[index]!.length)) return;
    const needed = this.inputs.map(({ name, shape }) => `${name} [${shape}]`).join(", ");
    throw new MobileError(
      "MODEL_INPUT",
      `Cannot run the model as it takes ${needed}: got ${inputs.map(({ length }) => length).join(", ")} values`,
    );
  }

  [Symbol.dispose](): void {
    this.#model.delete();
  }
}

/**
 * Makes a TensorFlow Lite model ready to run on this machine. Inputs and outputs are float32; those of 8 or 16 bits are
 * converted, in the scales that they have in the file. Throws MobileError MODEL_RUNTIME_REJECTED with what the runtime
 * said, MODEL_IO_TYPE for tensors of another type.
 */
export async function openLiteRt(bytes: Uint8Array): Promise<LiteRtModel> {
  const library = await loadLibrary(), float = withFloatPorts(bytes);
  const model = await checked("load the model", () => library.loadAndCompile(float, { accelerator: "wasm" }));
  return new CompiledLiteRtModel(library, model);
}
