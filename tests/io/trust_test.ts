import assert from "node:assert/strict";
import {
  createRun,
  defaultTrustFile,
  loadConfig,
  loadPreset,
  loadPresets,
  modulesOf,
  openRunForWriting,
  presetNames,
  requireTrust,
  TrustStore,
  trustSubject,
  UntrustedModuleError,
} from "@zennas/zennas";
import { smallConfig, TemporaryDirectory } from "./run_case.ts";

/** A configuration file with a module that imports another, a run with the same, and a trust file. */
class Case extends TemporaryDirectory {
  readonly store = new TrustStore(`${this.path}/config/trust.json`);
  readonly file = `${this.path}/my.yaml`;
  readonly run = `${this.path}/run`;
  readonly module = `${this.path}/space.ts`;
  readonly imported = `${this.path}/part.ts`;

  constructor() {
    super();
    Deno.writeTextFileSync(this.file, "preset: params-cifar-params1M\nspace: ./space.ts\n");
    Deno.writeTextFileSync(this.module, 'export * from "./part.ts";\n');
    Deno.writeTextFileSync(this.imported, "export const space = 5;\n");
    createRun(this.run, smallConfig({ space: `file://${this.module}` }))[Symbol.dispose]();
  }

  /** Why what is at a path may not run its modules; undefined if it may. */
  async refusal(path: string, named: readonly string[] = []): Promise<UntrustedModuleError | undefined> {
    try {
      await requireTrust(await trustSubject(path), named, this.store);
      return undefined;
    } catch (error) {
      if (error instanceof UntrustedModuleError) return error;
      throw error;
    }
  }
}

Deno.test("files and runs run their modules once they are trusted, until any of it is edited", async () => {
  for (const kind of ["file", "run"] as const) {
    for (const edited of [kind, "module", "imported"] as const) {
      using one = new Case();
      const path = one[kind];
      const refused = await one.refusal(path);
      assert.match(
        refused!.message,
        /^Cannot run the modules that .* names as it is not trusted: got file:.*space\.ts$/,
      );
      assert.match(
        refused!.hint,
        new RegExp(`zen trust ${path} \\(or --module file:.*space\\.ts lets them run this once\\)`),
      );
      const entry = await one.store.trust(await trustSubject(path));
      assert.deepEqual(Object.keys(entry.modules), [`file://${one.module}`]);
      assert.equal(await one.refusal(path), undefined);
      if (edited === "run") {
        Deno.removeSync(path, { recursive: true });
        createRun(path, smallConfig({ space: `file://${one.module}`, seed: 2 }))[Symbol.dispose]();
      } else Deno.writeTextFileSync(one[edited], "\n", { append: true });
      const again = await one.refusal(path);
      assert.match(
        again!.message,
        edited === kind ? / as it changed since/ : /space\.ts changed since it was trusted/,
        edited,
      );
      await one.store.trust(await trustSubject(path));
      assert.equal(await one.refusal(path), undefined);
      assert.equal(one.store.entries().length, 1);
    }
  }
});

Deno.test("modules that are named need no trust, each for itself", async () => {
  using one = new Case();
  const module = `file://${one.module}`;
  assert.equal(await one.refusal(one.file, [module]), undefined);
  Deno.writeTextFileSync(one.file, "modules: [./other.ts]\n", { append: true });
  assert.deepEqual((await one.refusal(one.file, [module]))!.refusal.modules, [`file://${one.path}/other.ts`]);
});

Deno.test("a run that goes on to other limits stays trusted", async () => {
  using one = new Case();
  await one.store.trust(await trustSubject(one.run));
  openRunForWriting(one.run, { limits: { maxProposals: 400, patience: 9, maxSeconds: 60 } })[Symbol.dispose]();
  assert.equal(await one.refusal(one.run), undefined);
});

Deno.test("trust is of one place: a copy has none, a link has that of its target, and it can be taken back", async () => {
  using one = new Case();
  const { path } = await one.store.trust(await trustSubject(one.file));
  const copy = `${one.path}/copy.yaml`, link = `${one.path}/link.yaml`;
  Deno.copyFileSync(one.file, copy);
  Deno.symlinkSync(one.file, link);
  assert.match((await one.refusal(copy))!.message, /is not trusted/);
  assert.equal(await one.refusal(link), undefined);
  assert.equal(await one.store.remove(copy), false);
  assert.equal(await one.store.remove(path), true);
  assert.match((await one.refusal(one.file))!.message, /is not trusted/);
});

Deno.test("modules from the network must be named, and cannot be trusted", async () => {
  using one = new Case();
  const module = "https://example.invalid/block.ts";
  for (const module of ["https://example.invalid/block.ts", "http://example.invalid/block.ts"]) {
    Deno.writeTextFileSync(one.file, `preset: params-cifar-params1M\nmodules: ["${module}"]\n`);
    const subject = await trustSubject(one.file);
    await assert.rejects(one.store.trust(subject), /expected modules in files alone .*, got https?:/);
    const refused = await one.refusal(one.file);
    assert.match(refused!.message, /from the network.* must be named on the command line: got https?:/);
    assert.equal(refused!.hint, `--module ${module} lets them run this once`);
    assert.equal(await one.refusal(one.file, [module]), undefined);
  }
  const remote = { source: "a.yaml", url: new URL("https://example.invalid/a.yaml"), hash: "", modules: [module] };
  await assert.rejects(requireTrust(remote, [], one.store), UntrustedModuleError);
});

Deno.test("the commands of a refusal are those that a shell takes", () => {
  const refusal = { source: "it's mine/a b.yaml", modules: ["file:///a%20b.ts"], reason: "", trustable: true };
  const { hint } = new UntrustedModuleError(refusal);
  assert.equal(
    hint,
    String
      .raw`read them, then: zen trust 'it'\''s mine/a b.yaml' (or --module file:///a%20b.ts lets them run this once)`,
  );
});

Deno.test("nothing is run before a file is trusted", async () => {
  using one = new Case();
  const ran = `${one.path}/ran`, text = `Deno.writeTextFileSync(${JSON.stringify(ran)}, "");\n`;
  Deno.writeTextFileSync(one.module, text);
  Deno.writeTextFileSync(one.file, "preset: params-cifar-params1M\nmodules: [./space.ts]\n");
  const home = Deno.env.get("XDG_CONFIG_HOME");
  Deno.env.set("XDG_CONFIG_HOME", `${one.path}/config`);
  try {
    await assert.rejects(loadConfig(one.file), UntrustedModuleError);
    // A module over the file's is the one that runs.
    await assert.rejects(loadConfig(one.file, { modules: [one.imported] }), UntrustedModuleError);
    assert.throws(() => Deno.statSync(ran), Deno.errors.NotFound);
    await new TrustStore().trust(await trustSubject(one.file));
    await loadConfig(one.file);
    assert.ok(Deno.statSync(ran).isFile);
    // A proxy that another replaces does not run, so that nobody needs to trust it.
    Deno.writeTextFileSync(one.file, "preset: params-cifar-params1M\nproxy: ./evil.ts\n");
    await assert.rejects(loadConfig(one.file), UntrustedModuleError);
    assert.equal((await loadConfig(one.file, { proxy: "zen" })).proxy, "zen");
  } finally {
    if (home === undefined) Deno.env.delete("XDG_CONFIG_HOME");
    else Deno.env.set("XDG_CONFIG_HOME", home);
  }
});

Deno.test("presets name no module", async () => {
  assert.deepEqual(modulesOf(await loadPresets()), []);
  for (const name of presetNames) {
    const subject = await trustSubject(`core/search/presets/${name}.yaml`);
    await requireTrust(subject, [], new TrustStore("/nonexistent/trust.json"));
  }
});

Deno.test("what names no module, or one that is missing, is not trusted for nothing", async () => {
  using one = new Case();
  const plain = `${one.path}/plain.yaml`;
  Deno.writeTextFileSync(plain, "preset: params-cifar-params1M\n");
  await assert.rejects(one.store.trust(await trustSubject(plain)), /expected a module that it names .*, got none/);
  Deno.removeSync(one.module);
  await assert.rejects(one.store.trust(await trustSubject(one.file)), Deno.errors.NotFound);
  assert.deepEqual(one.store.entries(), []);
});

Deno.test("trust given at once by several is all kept, and the file is whole at any time", async () => {
  using one = new Case();
  const files = Array.from({ length: 12 }, (_, index) => `${one.path}/${index}.yaml`);
  for (const file of files) Deno.copyFileSync(one.file, file);
  await Promise.all(files.map(async (file) => await new TrustStore(one.store.path).trust(await trustSubject(file))));
  assert.equal(one.store.entries().length, files.length);
  assert.equal(Deno.statSync(one.store.path).mode! & 0o777, 0o600);
  assert.deepEqual([...Deno.readDirSync(`${one.path}/config`)].map(({ name }) => name).sort(), [
    "trust.json",
    "trust.json.lock",
  ]);
});

Deno.test("who trusts waits for another process that is changing the file", async () => {
  using one = new Case();
  const first = await one.store.trust(await trustSubject(one.file));
  using other = await Deno.open(`${one.store.path}.lock`, { write: true });
  await other.lock(true);
  let ready = false;
  const second = one.store.trust(await trustSubject(one.run)).finally(() => ready = true);
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.deepEqual([ready, one.store.entries()], [false, [first]]);
  await other.unlock();
  const entry = await second;
  assert.deepEqual(one.store.entries(), [first, entry]);
});

Deno.test("a damaged trust file trusts nothing and is not overwritten", async () => {
  using one = new Case();
  Deno.mkdirSync(`${one.path}/config`);
  for (const text of ["{", "{}", '{"trusted": [{"path": 1}]}']) {
    Deno.writeTextFileSync(one.store.path, text);
    await assert.rejects(one.refusal(one.file), /Cannot use .*trust\.json/);
    await assert.rejects(one.store.trust(await trustSubject(one.file)), /trust\.json/);
    assert.equal(Deno.readTextFileSync(one.store.path), text);
  }
});

Deno.test({
  name: "trust is kept below XDG_CONFIG_HOME, or below HOME where that is unset or no absolute path",
  ignore: Deno.build.os === "windows",
  fn: () => {
    const kept = (variables: Readonly<Record<string, string>>) =>
      defaultTrustFile({ get: (name) => ({ HOME: "/home/me", ...variables })[name] });
    assert.equal(kept({ XDG_CONFIG_HOME: "/etc/mine" }), "/etc/mine/zennas/trust.json");
    for (const variables of [{}, { XDG_CONFIG_HOME: "" }, { XDG_CONFIG_HOME: "config" }]) {
      assert.equal(kept(variables), "/home/me/.config/zennas/trust.json");
    }
    assert.throws(() => kept({ HOME: "" }), /as HOME must be set/);
  },
});

Deno.test("a preset with modules of the caller's runs them without trust", async () => {
  using one = new Case();
  Deno.writeTextFileSync(one.module, "export const nothing = 1;\n");
  const { modules } = await loadPreset("params-cifar-params1M", { modules: [one.module] });
  assert.deepEqual(modules, [`file://${one.module}`]);
});
