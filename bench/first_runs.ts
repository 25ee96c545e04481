/**
 * What the first run by URL downloads: each command with empty caches, in an empty folder, from a server of these sources.
 * Packages come from the npm registry. Prints a Markdown table.
 */
import { serveSources } from "./source_server.ts";

const structure = "SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)";

/** Each kind of first run, and the arguments of deno for it. */
const firstRuns = (url: string): readonly (readonly [name: string, args: readonly string[]])[] => {
  const zen = (...args: readonly string[]) => ["run", "-A", `${url}/cli/main.ts`, ...args];
  const program = `import { parseStructure } from "${url}/mod.ts"; parseStructure("${structure}");`;
  return [
    ["`parseStructure` of `mod.ts`", ["run", "-A", `data:application/typescript,${encodeURIComponent(program)}`]],
    ["`zen analyze`", zen("analyze", structure)],
    ["`zen score`", zen("score", structure, "--repeats", "1")],
    ["`zen search`", zen("search", "--preset", "zen-cifar-params1M", "--max-evaluations", "5", "--out", "run")],
    ["`zen export`", zen("export", structure, "-o", "net.tflite")],
    ["`zen verify`", zen("verify", "net.tflite")],
  ];
};

/** Bytes of the files in a folder and below. */
function bytesIn(folder: string): number {
  let bytes = 0;
  for (const { name, isDirectory } of Deno.readDirSync(folder)) {
    bytes += isDirectory ? bytesIn(`${folder}/${name}`) : Deno.lstatSync(`${folder}/${name}`).size;
  }
  return bytes;
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** Runs deno with caches of its own, and gives a row of the table. */
async function measure(name: string, args: readonly string[], root: string): Promise<string> {
  const caches = await Deno.makeTempDir({ dir: root }), start = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd: root,
    env: { DENO_DIR: caches, NO_COLOR: "1" },
  });
  const { code, stderr } = await child.output(), seconds = (performance.now() - start) / 1000;
  const said = new TextDecoder().decode(stderr);
  if (code !== 0) throw new Error(`Cannot measure ${name} as deno must succeed: got ${said.slice(-2000)}`);
  const modules = said.match(/^Download http:/gm)?.length ?? 0,
    packages = said.match(/^Download .*\.tgz$/gm)?.length ?? 0;
  const sizes = ["remote", "npm"].map((folder) => megabytes(bytesIn(`${caches}/${folder}`)));
  return `| ${[name, modules, sizes[0], packages, sizes[1], seconds.toFixed(1)].join(" | ")} |\n`;
}

const print = (text: string): void => void Deno.stdout.writeSync(new TextEncoder().encode(text));

if (import.meta.main) {
  const listening = Promise.withResolvers<string>(), root = await Deno.makeTempDir();
  const server = serveSources({ port: 0, hostname: "127.0.0.1", onListen: listening.resolve });
  try {
    print(
      "| first run | modules | MB | packages | MB unpacked | seconds |\n| --- | ---: | ---: | ---: | ---: | ---: |\n",
    );
    for (const [name, args] of firstRuns(await listening.promise)) print(await measure(name, args, root));
  } finally {
    await server.shutdown();
    await Deno.remove(root, { recursive: true });
  }
}
