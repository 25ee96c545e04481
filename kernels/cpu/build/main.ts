/**
 * Builds kernels.wasm from the AssemblyScript sources and the generated kernels, and kernels.gen.ts, which says what it
 * exports. With `--check` nothing is written, and the exit code is 1 where a committed file is not what the sources give.
 *
 * @module
 */
import asc from "assemblyscript/asc";
import { ContractPrinter } from "./contract.ts";
import { printElementwise } from "./expressions.ts";
import { printOuterProducts } from "./outer_products.ts";
import { printPanel } from "./panels.ts";

const assembly = new URL("../assembly/", import.meta.url);

/** The source of the module `generated`: elementwise kernels, views, convolution panels and outer products. */
function generatedSource(): string {
  return [
    'import { Bytes } from "./bytes";',
    'import { exponential, logarithm } from "./math";',
    'import { addSums, BLOCK, panel, SQUARES, SUMS } from "./panel";',
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
  ...["--initialMemory", `${INITIAL_PAGES}`],
  ...["--use", "abort="],
  ...["--disableWarning", "112"],
];

async function readSource(name: string): Promise<string | null> {
  if (name === "generated.ts") return generatedSource();
  try {
    return await Deno.readTextFile(new URL(name, assembly));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** What is built, by the names of files. */
async function build(): Promise<Readonly<Record<string, Uint8Array>>> {
  let binary: Uint8Array | undefined;
  const contract = new ContractPrinter();
  const { error, stderr } = await asc.main(["kernels.ts", "--outFile", "kernels.wasm", ...FLAGS], {
    readFile: readSource,
    writeFile: (name: string, contents: Uint8Array | string) => {
      if (name === "kernels.wasm" && typeof contents !== "string") binary = contents;
    },
    listFiles: () => [],
    transforms: [contract],
  });
  if (error || !binary) throw new Error(`Cannot build kernels.wasm: ${stderr}`, { cause: error });
  return { "kernels.wasm": binary, "kernels.gen.ts": new TextEncoder().encode(contract.text) };
}

async function main(check: boolean): Promise<void> {
  for (const [name, built] of Object.entries(await build())) {
    const target = new URL(`../${name}`, import.meta.url);
    if (!check) await Deno.writeFile(target, built);
    else if (!equals(await Deno.readFile(target), built)) {
      throw new Error(`Cannot accept ${name} as it is stale: run deno task build:wasm`);
    }
  }
}

function equals(one: Uint8Array, other: Uint8Array): boolean {
  return one.length === other.length && one.every((byte, index) => byte === other[index]);
}

await main(Deno.args.includes("--check"));
