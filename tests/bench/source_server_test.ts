/** The sources imported and run by URL, from an empty folder with no modules cached but with the machine's npm packages. */
import assert from "node:assert/strict";
import { serveSources } from "../../bench/source_server.ts";
import { everyRow } from "../scale.ts";

const structure = "SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)";

/** Runs deno with these arguments; says what it printed. */
type Run = (
  ...args: readonly string[]
) => Promise<{ readonly code: number; readonly out: string; readonly err: string }>;

/** Serves the sources, and makes an empty folder with caches of its own. */
async function withSources(use: (url: string, run: Run, folder: string) => Promise<void>): Promise<void> {
  const listening = Promise.withResolvers<string>(), folder = await Deno.makeTempDir();
  const server = serveSources({ port: 0, hostname: "127.0.0.1", onListen: listening.resolve });
  const caches = `${folder}/caches`, place = `${folder}/empty`;
  const run: Run = async (...args) => {
    const env = { DENO_DIR: caches, NO_COLOR: "1" };
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: [...args], cwd: place, env })
      .output();
    return { code, out: new TextDecoder().decode(stdout), err: new TextDecoder().decode(stderr) };
  };
  try {
    await Promise.all([Deno.mkdir(caches), Deno.mkdir(place)]);
    await Deno.symlink(await npmCache(), `${caches}/npm`);
    await use(await listening.promise, run, place);
  } finally {
    await server.shutdown();
    await Deno.remove(folder, { recursive: true });
  }
}

/** The folder where this machine keeps npm packages. */
async function npmCache(): Promise<string> {
  const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).output();
  return JSON.parse(new TextDecoder().decode(stdout)).npmCache;
}

Deno.test("a program in an empty folder imports mod.ts by URL, and evolves on the kernels from there", async () => {
  await withSources(async (url, run, folder) => {
    await Deno.writeTextFile(
      `${folder}/program.ts`,
      `import { evolve, loadPreset, openBackend, parseStructure, publishedSpaces, scorerOf } from "${url}/mod.ts";
const config = await loadPreset("zen-cifar-params1M", { maxProposals: 3, batch: 2, resolution: 8 });
await using backend = await openBackend("cpu", { workers: 1 });
const { best } = await evolve({
  ...config, space: publishedSpaces.XXBL, initial: [parseStructure("${structure}")], budgets: [],
  score: scorerOf(config, { backend }),
});
console.log(best.score > 0);
`,
    );
    const { host } = new URL(url);
    const flags = ["--no-prompt", `--allow-import=${host}`, `--allow-net=${host}`, "--allow-env"];
    const { code, out, err } = await run("run", ...flags, "program.ts");
    assert.deepEqual([code, out], [0, "true\n"], err.slice(-2000));
  });
});

Deno.test({
  name: "zen scores, searches and exports by URL, and can be installed",
  ignore: !everyRow,
  fn: () =>
    withSources(async (url, run, folder) => {
      const flags = ["--no-prompt", `--allow-net=${new URL(url).host}`], zen = `${url}/cli/main.ts`;
      const scored = await run("run", ...flags, zen, "score", structure, "--repeats", "1", "--device", "cpu");
      assert.match(scored.out, /^\d+\.\d+ +SuperConv/, scored.err.slice(-2000));
      const files = [...flags, "--allow-read", "--allow-write", "--allow-env"];
      const preset = ["search", "--preset", "zen-cifar-params1M", "--max-evaluations", "5", "--out", "run"];
      const searched = await run("run", ...files, zen, ...preset);
      assert.match(searched.out, /proposals +\d+: 5 scored/, searched.err.slice(-2000));
      assert.match(await Deno.readTextFile(`${folder}/run/search.svg`), /^<svg/);
      const exported = await run("run", ...files, zen, "export", structure, "-o", "net.tflite");
      assert.equal(exported.code, 0, exported.err.slice(-2000));
      const installed = await run("install", "-g", "-A", "-n", "zen", "--root", "tools", zen);
      assert.equal(installed.code, 0, installed.err.slice(-2000));
      assert.match(await Deno.readTextFile(`${folder}/tools/bin/zen`), new RegExp(`'?${zen}'?`));
    }),
});

Deno.test("the server has the sources and no other file", async () => {
  await withSources(async (url) => {
    const status = async (path: string): Promise<number> => {
      const { status, body } = await fetch(url + path);
      await body?.cancel();
      return status;
    };
    for (const path of ["/kernels/cpu/kernels.wasm", "/core/search/presets/zen-cifar-params1M.yaml", "/deno.json"]) {
      assert.equal(await status(path), 200, path);
    }
    for (
      const path of ["/", "/deno.lock", "/tests/scale.ts", "/core/..%2fdeno.lock", "/core/none.ts", "/.git/config"]
    ) {
      assert.equal(await status(path), 404, path);
    }
  });
});
