import assert from "node:assert/strict";
import {
  blockNames,
  ConfigError,
  createRun,
  loadConfig,
  loadModules,
  loadPreset,
  loadProxy,
  loadSpace,
  mergeSettings,
  moduleHashes,
  modulesOf,
  openRunForReading,
  parseConfig,
  proxies,
  proxyNamed,
  registerBlock,
  registerProxy,
  registerSpace,
  spaces,
} from "@zennas/zennas";
import { TemporaryDirectory } from "./run_case.ts";

const BLOCK = (name: string) => `{ name: "${name}", arguments: ["channels"], lower: (_, { input }) => input }`;
const PROXY = (name: string) =>
  `{
  name: "${name}", summary: "", variants: ["plain"], inputs: { batches: 0, labelled: false }, needsBackend: false,
  count: () => 7, score: () => Promise.resolve({ value: 7 }),
}`;
const SPACE = (name: string) => `{ name: "${name}", replacements: (blocks, index) => [[blocks[index]]] }`;

/** Writes modules and gives their paths. */
function written(folder: string, modules: Readonly<Record<string, string>>): string[] {
  return Object.entries(modules).map(([name, text]) => {
    Deno.writeTextFileSync(`${folder}/${name}`, text);
    return `${folder}/${name}`;
  });
}

Deno.test("modules make what they export known by name: one, or several in a list", async () => {
  using temporary = new TemporaryDirectory();
  const before = [blockNames().length, proxies.size, spaces.size];
  const paths = written(temporary.path, {
    "one.ts": `export const block = ${BLOCK("Once")}; export const proxy = ${PROXY("one-proxy")};
      export const space = ${SPACE("one space")};`,
    "many.js": `export const blocks = [${BLOCK("First")}, ${BLOCK("Second")}];
      export const proxies = [${PROXY("first")}, ${PROXY("second")}];
      export const spaces = [${SPACE("first")}, ${SPACE("second")}];`,
  });
  await loadModules(paths);
  await loadModules(paths); // Once more changes nothing.
  assert.deepEqual(blockNames().slice(before[0]), ["Once", "First", "Second"]);
  assert.deepEqual([proxies.size, spaces.size], [before[1]! + 3, before[2]! + 3]);
  for (const name of ["one-proxy", "one_proxy", "first", "second"]) {
    assert.equal((await loadProxy(name)).name.replace("-", "_"), name.replace("-", "_"));
  }
  for (const name of ["one space", "first", "second"]) assert.equal((await loadSpace(name)).name, name);
  const config = await loadPreset("params-cifar-params1M", {
    initialStructure: "SuperConvK3BNRELU(3,8,1,1)Once(8)Second(8)",
    proxy: "one_proxy",
    space: "second",
  });
  assert.equal(config.space, "second");
});

Deno.test("an export that is none, or whose name is taken, is refused with its module and its name", async () => {
  using temporary = new TemporaryDirectory();
  const cases: readonly (readonly [text: string, message: RegExp])[] = [
    ["export const proxy = 5;", /proxy: expected a Proxy exported as `proxy`.*, got number$/],
    ["export const proxy = [];", /proxy: expected a Proxy .*, got a list$/],
    ["export const blocks = [{ name: 'Empty' }];", /blocks\.0: expected a BlockDefinition .*, got object$/],
    ["export const spaces = {};", /spaces: expected a list, got object$/],
    [
      `export const proxy = ${PROXY("zen")};`,
      /proxy: expected a proxy that can be registered, got .*must be new: got zen$/,
    ],
    [`export const proxy = ${PROXY("te-nas")};`, /must be new: got te-nas$/],
    [`export const proxy = ${PROXY("a,b")};`, /must be letters, digits and hyphens: got a,b$/],
    [
      `export const space = ${SPACE("XXBL")};`,
      /space: expected a space that can be registered, got .*must be new: got XXBL$/,
    ],
    [
      `export const block = ${BLOCK("RELU")};`,
      /block: expected a block that can be registered, got .*must be new: got RELU$/,
    ],
    ["throw new Error('broken');", /\n {2}expected a module that can be imported, got Error: broken$/],
  ];
  const known = [blockNames().length, proxies.size, spaces.size], zen = proxyNamed("zen");
  for (const [index, [text, message]] of cases.entries()) {
    const [path] = written(temporary.path, { [`${index}.js`]: text });
    const error = await loadModules([path!]).then(() => assert.fail(text), (error: unknown) => error);
    assert.ok(error instanceof ConfigError);
    assert.equal(error.source, path);
    assert.match(error.message, message);
  }
  assert.deepEqual([blockNames().length, proxies.size, spaces.size], known);
  assert.equal(proxyNamed("zen"), zen);
});

Deno.test("what is registered again is the same thing, or refused", () => {
  const block = { name: "Again", arguments: ["channels"], expand: () => [] };
  const space = { name: "again", replacements: () => [] };
  const proxy = { ...proxyNamed("params"), name: "again" };
  for (
    const [register, value] of [[registerBlock, block], [registerSpace, space], [registerProxy, proxy]] as const
  ) {
    const add = register as (value: unknown) => void;
    add(value);
    add(value);
    assert.throws(() => add({ ...value }), /must be new/);
  }
  assert.throws(() => registerSpace({ ...space, name: "" }), /must be new: got an empty one/);
});

Deno.test("modules named in settings are found wherever they are, each once", () => {
  const modules = ["file:///a.ts", "file:///b.mjs"];
  assert.deepEqual(modulesOf({ modules, proxy: "file:///c.js", space: "file:///a.ts", batch: 4 }), [
    ...modules,
    "file:///c.js",
  ]);
  assert.deepEqual(
    modulesOf({ proxy: ["zen:paper=2", "file:///e.ts:plain", "file:///f.ts=0.5", "file:///g.ts:a=1"] }),
    [
      "file:///e.ts",
      "file:///f.ts",
      "file:///g.ts",
    ],
  );
  assert.deepEqual(modulesOf({ proxy: "zen", space: "my.yaml", cascade: [{ proxy: "file:///d.ts", share: 1 }] }), [
    "file:///d.ts",
  ]);
  assert.deepEqual(mergeSettings({ modules }, { modules: ["file:///b.mjs", "c.ts"] }).modules, [...modules, "c.ts"]);
  assert.equal(mergeSettings({ modules: "wrong" }, { modules }).modules, "wrong");
  assert.deepEqual(mergeSettings({ modules }, { modules: undefined }).modules, modules);
});

Deno.test("modules in a file are relative to it, and those over it are added", async () => {
  using temporary = new TemporaryDirectory();
  const folder = `${temporary.path}/my #1 50%`;
  Deno.mkdirSync(folder);
  const [file] = written(folder, {
    "my.yaml":
      'preset: params-cifar-params1M\nmodules: ["./inner #1.ts"]\ninitialStructure: SuperConvK3BNRELU(3,8,1,1)Inner(8)\n',
    "inner #1.ts": `export const block = ${BLOCK("Inner")};`,
  });
  const over = { modules: [...written(temporary.path, { "outer.ts": `export const space = ${SPACE("outer")};` })] };
  // The file is not trusted, so its module is named, too.
  const config = await loadConfig(file!, { modules: [`${folder}/inner #1.ts`, ...over.modules], space: "outer" });
  assert.deepEqual(config.modules, [
    `file://${temporary.path}/my%20%231%2050%25/inner%20%231.ts`,
    `file://${temporary.path}/outer.ts`,
  ]);
  assert.equal(config.initialStructure, "SuperConvK3BNRELU(3,8,1,1)Inner(8)");
});

Deno.test("modules of the wrong type are refused, and nothing is run", async () => {
  using temporary = new TemporaryDirectory();
  for (const modules of ["./none.ts", "[./none]", "[5]", "{}"]) {
    const [file] = written(temporary.path, { "my.yaml": `preset: params-cifar-params1M\nmodules: ${modules}\n` });
    const wrong = /\n {2}modules(\.0)?: expected a (list of modules|module) \(\.ts or \.js\), got/;
    await assert.rejects(loadConfig(file!), wrong);
    const settings = { ...await loadPreset("params-cifar-params1M"), modules: modules === "[5]" ? [5] : modules };
    await assert.rejects(loadPreset("params-cifar-params1M", { modules: settings.modules }), wrong);
    assert.throws(() => parseConfig(settings), wrong);
  }
});

Deno.test("a run with blocks of modules that are not loaded can be read", async () => {
  using temporary = new TemporaryDirectory();
  const directory = `${temporary.path}/run`, structure = "SuperConvK3BNRELU(3,8,1,1)Absent(8)";
  const config = {
    ...await loadPreset("params-cifar-params1M"),
    initialStructure: structure,
    modules: ["file:///absent.ts"],
  };
  createRun(directory, config, { modules: { "file:///absent.ts": "hash" } })[Symbol.dispose]();
  using run = openRunForReading(directory);
  const summary = run.summary();
  assert.deepEqual([summary.config.initialStructure, summary.config.modules], [structure, config.modules]);
  assert.deepEqual(summary.sessions.map(({ machine }) => machine.modules), [{ "file:///absent.ts": "hash" }]);
});

Deno.test("a module's hash is of its text and of what it imports", async () => {
  using temporary = new TemporaryDirectory();
  const [path, inner] = written(temporary.path, { "m.ts": 'export * from "./n.ts";', "n.ts": "export {};" });
  const first = await moduleHashes([path!]);
  assert.deepEqual(Object.keys(first), [`file://${path}`]);
  assert.deepEqual(await moduleHashes([`file://${path}`, path!]), first);
  Deno.writeTextFileSync(inner!, "export { };");
  assert.notDeepEqual(await moduleHashes([path!]), first);
});
