/** Code that a file or a run names runs for those alone who trust it. */
import assert from "node:assert/strict";
import { createRun } from "@zennas/zennas";
import { smallConfig, TemporaryDirectory } from "../io/run_case.ts";
import { optionsOver, run, zen, zenCommand, zenJson } from "./zen.ts";

/** A folder with a configuration whose module leaves a mark when it runs, a run of it, and a trust file of its own. */
class Case extends TemporaryDirectory {
  readonly place = { cwd: this.path, env: { XDG_CONFIG_HOME: `${this.path}/config` } };

  constructor() {
    super();
    Deno.writeTextFileSync(
      `${this.path}/my.yaml`,
      "preset: params-cifar-params1M\nmodules: [./mark.ts]\nmaxProposals: 4\n",
    );
    Deno.writeTextFileSync(`${this.path}/mark.ts`, `Deno.writeTextFileSync("${this.path}/ran", "");\n`);
  }

  zen(...args: string[]) {
    return zen(args, this.place);
  }

  /** Makes the folder's run, by naming the module. */
  async search(): Promise<void> {
    const { code, stderr } = await this.zen("search", "--preset", "my.yaml", "--module", "mark.ts", "--out", "run");
    assert.equal(code, 0, stderr);
    assert.ok(this.ran());
  }

  /** Whether the module ran since the last time. */
  ran(): boolean {
    try {
      Deno.removeSync(`${this.path}/ran`);
      return true;
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return false;
      throw error;
    }
  }
}

Deno.test("a file's modules run once it is trusted or they are named, and not after an edit", async () => {
  using one = new Case();
  const search = (...more: string[]) => one.zen("search", "--preset", "my.yaml", ...more);
  const refused = await search("--out", "run");
  assert.deepEqual([refused.code, refused.stdout, one.ran()], [1, "", false]);
  assert.match(
    refused.stderr,
    /^zen: cannot run the modules that my\.yaml names as it is not trusted: got file:.*mark\.ts\n {2}hint: .*: zen trust my\.yaml \(or --module file:.*mark\.ts lets them run this once\)\n$/,
  );
  assert.throws(() => Deno.statSync(`${one.path}/run`), Deno.errors.NotFound);
  await one.search();
  const trusted = await one.zen("trust", "my.yaml");
  assert.equal(trusted.code, 0, trusted.stderr);
  assert.equal((await search("--out", "trusted")).code, 0);
  assert.ok(one.ran());
  Deno.writeTextFileSync(`${one.path}/mark.ts`, "// edited\n", { append: true });
  const edited = await search("--out", "edited");
  assert.deepEqual([edited.code, one.ran()], [1, false]);
  assert.match(edited.stderr, /mark\.ts changed since it was trusted/);
});

Deno.test("a run's modules run by name or trust; without a terminal, a resume says which commands let them", async () => {
  using one = new Case();
  await one.search();
  const resume = (...more: string[]) =>
    one.zen(...optionsOver(["runs", "resume", "run", "--max-proposals", "8"], more));
  const refused = await resume();
  assert.deepEqual([refused.code, refused.stdout, one.ran()], [1, "", false]);
  assert.match(
    refused.stderr,
    /modules that run names as it is not trusted.*\n.*zen trust run \(or --module file:.*mark\.ts /,
  );
  // To read a run runs nothing.
  for (const words of [["show", "run"], ["show", "run", "--journal"], ["list", "--root", "."]]) {
    assert.equal((await one.zen("runs", ...words)).code, 0);
  }
  assert.equal(one.ran(), false);
  assert.equal((await resume("--module", "mark.ts")).code, 0);
  assert.ok(one.ran());
  assert.equal((await one.zen("trust", "run")).code, 0);
  assert.equal((await resume("--max-proposals", "12")).code, 0);
  assert.ok(one.ran());
});

Deno.test({
  name: "at a terminal, a resume asks, and runs nothing unless the answer is yes",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    using one = new Case();
    await one.search();
    const words = [...zenCommand, "runs", "resume", "run", "--max-proposals", "8"];
    const command = words.map((word) => `'${word}'`).join(" ");
    const answered = (answer: string) =>
      run(["script", "-qec", command, "/dev/null"], { ...one.place, input: `${answer}\n` });
    for (const answer of ["", "n", "yess"]) {
      const { code, stdout } = await answered(answer);
      assert.match(stdout, /run run runs code, and it is not trusted:\s+file:.*mark\.ts\s+run it this once\? \[y\/N\]/);
      assert.match(stdout, /hint: .*zen trust run/);
      assert.deepEqual([code, one.ran()], [1, false], answer);
    }
    const { code, stdout } = await answered("y");
    assert.equal(code, 0, stdout);
    assert.ok(one.ran());
  },
});

Deno.test({
  name: "at a terminal, nothing is asked for modules from the network, which must be named",
  ignore: Deno.build.os !== "linux",
  fn: async () => {
    using one = new Case();
    const config = smallConfig({ modules: ["https://example.invalid/a.ts"] });
    createRun(`${one.path}/remote`, config)[Symbol.dispose]();
    const command = [...zenCommand, "runs", "resume", "remote"].map((word) => `'${word}'`).join(" ");
    const { code, stdout } = await run(["script", "-qec", command, "/dev/null"], { ...one.place, input: "y\n" });
    assert.equal(code, 1);
    assert.doesNotMatch(stdout, /\[y\/N\]/);
    assert.match(stdout, /must be named on the command line.*\s+hint: --module https:\/\/example\.invalid\/a\.ts/);
  },
});

Deno.test("zen trust lists what is trusted and what changed, and takes it back", async () => {
  using one = new Case();
  await one.search();
  const added = await zenJson(["trust", "my.yaml", "run"], one.place);
  assert.deepEqual(added.map(({ path }) => path), [`${one.path}/my.yaml`, `${one.path}/run`]);
  const states = async () => (await zenJson(["trust", "list"], one.place)).map(({ state }) => state);
  assert.deepEqual(await states(), ["trusted", "trusted"]);
  Deno.writeTextFileSync(`${one.path}/my.yaml`, "seed: 2\n", { append: true });
  Deno.removeSync(`${one.path}/run`, { recursive: true });
  const [changed, gone] = await states();
  assert.equal(changed, "it changed since it was trusted");
  assert.match(gone, /^Cannot /);
  const listed = await one.zen("trust", "list");
  assert.match(listed.stdout, /my\.yaml: it changed since it was trusted\n.*run: Cannot /);
  assert.equal((await one.zen("trust", "remove", "my.yaml", "run")).code, 0);
  assert.match((await one.zen("trust", "list")).stderr, /nothing is trusted/);
  const again = await one.zen("trust", "remove", "my.yaml");
  assert.deepEqual([again.code, /was not trusted/.test(again.stderr)], [2, true]);
});

Deno.test("nothing but what names modules in files can be trusted", async () => {
  using one = new Case();
  Deno.writeTextFileSync(
    `${one.path}/remote.yaml`,
    "preset: zen-cifar-params1M\nmodules: ['https://example.invalid/a.ts']\n",
  );
  Deno.writeTextFileSync(`${one.path}/plain.yaml`, "preset: zen-cifar-params1M\n");
  for (
    const [file, expected, message] of [
      ["remote.yaml", 2, /modules in files alone/],
      ["plain.yaml", 2, /a module that it names/],
      ["none.yaml", 1, /cannot read .*none\.yaml as the system says: no such file/],
    ] as const
  ) {
    const { code, stderr } = await one.zen("trust", file);
    assert.equal(code, expected, file);
    assert.match(stderr, message);
  }
  const { code, stderr } = await one.zen("search", "--preset", "remote.yaml");
  assert.equal(code, 1);
  assert.match(
    stderr,
    /from the network.*named on the command line.*\n {2}hint: --module https:\/\/example\.invalid\/a\.ts/,
  );
});
