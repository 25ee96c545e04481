/**
 * Builds kernels.wasm from the AssemblyScript sources and the generated kernels, and kernels.gen.ts, which says what it
 * exports. Also kernels_shared.wasm, the same kernels for workers that share a memory, and core's resize.wasm, which resizes images. With `--check` nothing is written, and the exit code is 1 where a committed file is not what the sources give.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import asc from "npm:assemblyscript@0.28.20/asc";
import { replaceFile } from "../../../core/io/files/write.ts";
import { SHARED_PAGES } from "../relocation.ts";
import { ContractPrinter } from "./contract.ts";
import { printElementwise } from "./expressions.ts";
import { printOuterProducts } from "./outer_products.ts";
import { printPanel } from "./panels.ts";
import { relocatable } from "./relocations.ts";

/** The source of the module `generated`: elementwise kernels, views, convolution panels and outer products. */
function generatedSource(): string {
  return [
    'import { Bytes } from "./bytes";',
    'import { exponential, logarithm } from "./math";',
    'import { addSums, BLOCK, panel, SCALES, SHIFTS, SQUARES, SUMS } from "./panel";',
    'import { accumulate } from "./statistics";',
    'import { storeChannels } from "./vectors";',
    'import { walk } from "./walk";',
    printElementwise(),
    "function storePart(y: usize, low: v128, high: v128, channels: i32): void {",
    "storeChannels(y, low, channels);",
    "if (channels > 4) storeChannels(y + 16, high, channels - 4);",
    "}",
    printPanel("dense"),
    printPanel("depthwise"),
    printOuterProducts({ mode: "dense", packed: true }),
    printOuterProducts({ mode: "dense", packed: false }),
    printOuterProducts({ mode: "depthwise", packed: true }),
  ].join("\n");
}

/** A module that declares some memory is spared checks of small offsets against its size. */
const INITIAL_PAGES = 16;

const FLAGS = [
  "-O3",
  "--converge",
  "--noAssert",
  ...["--enable", "simd", "--enable", "relaxed-simd"],
  ...["--runtime", "stub"],
  ...["--use", "abort="],
  ...["--disableWarning", "112"],
];

const OWN_MEMORY = ["--initialMemory", `${INITIAL_PAGES}`];

/** The flags of a module that shares its memory with others, and whose static data begins at an address. */
const sharedMemory = (base: number): string[] => [
  ...["--importMemory", "--sharedMemory", "--enable", "threads"],
  ...["--initialMemory", `${SHARED_PAGES}`, "--maximumMemory", "65536", "--memoryBase", `${base}`],
];

/** A module to build. */
interface Module {
  readonly assembly: URL;
  /** The file that exports what the module exports. */
  readonly entry: string;
  readonly transforms?: readonly ContractPrinter[];
  readonly memory?: readonly string[];
}

async function readSource(name: string, assembly: URL): Promise<string | null> {
  if (name === "generated.ts") return generatedSource();
  try {
    return await Deno.readTextFile(new URL(name, assembly));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

async function compile({ assembly, entry, transforms = [], memory = OWN_MEMORY }: Module): Promise<Uint8Array> {
  let binary: Uint8Array | undefined;
  const { error, stderr } = await asc.main([entry, "--outFile", "built.wasm", ...FLAGS, ...memory], {
    readFile: (name: string) => readSource(name, assembly),
    writeFile: (name: string, contents: Uint8Array | string) => {
      if (name === "built.wasm" && typeof contents !== "string") binary = contents;
    },
    listFiles: () => [],
    transforms: [...transforms],
  });
  if (error || !binary) throw new Error(`Cannot build ${entry}: ${stderr}`, { cause: error });
  return binary;
}

/** What is built, by where it goes. */
async function build(): Promise<ReadonlyMap<URL, Uint8Array>> {
  const contract = new ContractPrinter(), images = new URL("../../../core/io/data/", import.meta.url);
  const module = { assembly: new URL("../assembly/", import.meta.url), entry: "kernels.ts" };
  const kernels = await compile({ ...module, transforms: [contract] });
  const shared = await relocatable((base) => compile({ ...module, memory: sharedMemory(base) }));
  return new Map([
    [new URL("../kernels.wasm", import.meta.url), kernels],
    [new URL("../kernels_shared.wasm", import.meta.url), shared],
    [new URL("../kernels.gen.ts", import.meta.url), new TextEncoder().encode(contract.text)],
    [new URL("resize.wasm", images), await compile({ assembly: new URL("assembly/", images), entry: "resize.ts" })],
  ]);
}

async function main(check: boolean): Promise<void> {
  for (const [target, built] of await build()) {
    if (!check) replaceFile(fileURLToPath(target), built);
    else if (!equals(await Deno.readFile(target), built)) {
      throw new Error(`Cannot accept ${target.pathname} as it is stale: run deno task build:wasm`);
    }
  }
}

function equals(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

await main(Deno.args.includes("--check"));
