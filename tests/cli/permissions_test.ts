/** Every command runs with the permissions that it declares and no other, and says which one is missing. */
import assert from "node:assert/strict";
import type { Command } from "commander";
import { ALWAYS, type Permission, permissionsOf } from "../../cli/permissions.ts";
import { commandWords, createProgram } from "../../cli/program.ts";
import { DebianAdb, installed } from "../mobile/debian_adb.ts";
import { rowsToRun } from "../scale.ts";
import { zenWith } from "./zen.ts";
import { type Case, cases, Scene } from "./permission_cases.ts";

/** Commands without subcommands, by their words. */
function leaves(command: Command): [words: string, command: Command][] {
  if (command.commands.length === 0) return [[commandWords(command), command]];
  return command.commands.flatMap(leaves);
}

const commands = new Map(leaves(createProgram()));

/** What a command needs in some case: what it always needs, and what the case takes. */
function needed(words: string, uses: readonly Permission[]): readonly Permission[] {
  const declared = Object.entries(permissionsOf(commands.get(words)!)!) as [Permission, string][];
  return declared.filter(([name, when]) => when === ALWAYS || uses.includes(name)).map(([name]) => name);
}

/** Permissions that no case above takes, as they need what a machine may lack; the tests below take them. */
const elsewhere: readonly Permission[] = ["ffi", "run=adb"];

Deno.test("every command declares its permissions, its help names them, and every one is tried here", () => {
  for (const [words, command] of commands) {
    const declared = permissionsOf(command), own = cases.filter((one) => one.words === words);
    assert.ok(declared, `${words} declares nothing`);
    let help = "";
    command.configureOutput({ writeOut: (text) => void (help += text) }).outputHelp();
    assert.match(help, /\nPermissions \(flags of deno run; deno task zen gives all\):\n {2}/, words);
    for (const name of Object.keys(declared) as Permission[]) {
      assert.ok(help.includes(`  --allow-${name}`), `${words} --help names ${name}`);
      // Weights are fetched from the network alone, and eval takes what predict takes, beside a data set.
      // The dashboard serves until it is ended: tests/serve/dashboard_test.ts runs it.
      if (words === "eval" || words === "dashboard" || /^with --(teacher-)?pretrained/.test(declared[name]!)) continue;
      const tried = own.some(({ uses }) => needed(words, uses).includes(name)) || words === "phone list" ||
        words.startsWith("phone ") && elsewhere.includes(name);
      assert.ok(tried, `${words} is not tried with ${name}`);
    }
  }
});

/** Runs a case with permissions. */
async function run({ words, args, env = {} }: Case, permissions: readonly Permission[], scene: Scene) {
  const environment = { HOME: scene.at("home"), ADB_VENDOR_KEYS: "", ...env };
  return await zenWith(
    permissions.map((name) => `--allow-${name}`),
    [...words.split(" "), ...args(scene)],
    { env: environment },
  );
}

/** Requires that a call says in one line which permission it lacks. */
function requireRefusal({ code, stderr }: { code: number; stderr: string }, words: string, missing: Permission): void {
  const flag = `--allow-${missing.replace(/=.*/, "")}`, said = `${words} without ${flag}: ${stderr}`;
  assert.equal(code, 1, said);
  const line = new RegExp(
    `^zen: requires [^\n]*${flag} flag\n {2}hint: zen ${words} --help lists the permissions`,
    "m",
  );
  assert.match(stderr, line, said);
  assert.doesNotMatch(stderr, /\.ts:\d|not load/, said);
}

Deno.test("every command runs with exactly the permissions that it declares", async () => {
  await using scene = await new Scene().prepare();
  for (const one of cases) {
    const permissions = needed(one.words, one.uses);
    const { code, stderr } = await run(one, permissions, scene);
    assert.equal(code, one.code ?? 0, `${one.words} with ${permissions}: ${stderr}`);
    assert.doesNotMatch(stderr, /--allow-|equires \w+ access/, `${one.words} with ${permissions}`);
  }
});

/** A case with an exit code of its own is for what it uses; another one of the command is for what it always needs. */
const lacking = cases.flatMap((one) =>
  (one.code === undefined ? needed(one.words, one.uses) : one.uses).map((missing) => ({ one, missing }))
);
const refused = rowsToRun(lacking, ({ missing }) => [missing]);

Deno.test(`a missing permission is one line that names its flag, ${refused.share}`, async () => {
  await using scene = await new Scene().prepare();
  for (const { one, missing } of refused.rows) {
    const permissions = needed(one.words, one.uses).filter((name) => name !== missing);
    requireRefusal(await run(one, permissions, scene), one.words, missing);
  }
});

Deno.test({
  name:
    "phones are listed with env and net where an adb server runs, and with run=adb where none does (skipped without adb)",
  ignore: !installed("adb"),
  async fn() {
    await using scene = await new Scene().prepare();
    await using adb = new DebianAdb();
    const list: Case = {
      words: "phone list",
      uses: ["net"],
      args: () => [],
      env: { ANDROID_ADB_SERVER_PORT: `${adb.port}` },
    };
    const base = needed("phone list", ["net"]);
    assert.deepEqual(base, ["env", "net"]);
    requireRefusal(await run(list, base, scene), "phone list", "run=adb");
    assert.equal((await run(list, [...base, "run=adb"], scene)).code, 0);
    assert.equal((await run(list, base, scene)).code, 0);
    for (const missing of base) {
      requireRefusal(await run(list, base.filter((name) => name !== missing), scene), "phone list", missing);
    }
  },
});

Deno.test("phones on USB are looked for with ffi", async () => {
  await using scene = await new Scene().prepare();
  const list: Case = { words: "phone list", uses: ["ffi"], args: () => ["--transport", "usb"] };
  requireRefusal(await run(list, ["env"], scene), "phone list", "ffi");
  const { code, stderr } = await run(list, ["env", "ffi"], scene);
  assert.ok(code === 0 || /libusb/.test(stderr), stderr);
});
