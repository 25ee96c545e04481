/** Every command runs with the permissions that it declares and no other, and says which one is missing. */
import assert from "node:assert/strict";
import type { Command } from "commander";
import { createRun, printArtefact, TrustStore, trustSubject } from "@zennas/zennas";
import { ALWAYS, forWeights, type Permission, permissionsOf } from "../../cli/permissions.ts";
import { findAdapters } from "../../cli/device.ts";
import { createRun, networkNamed, TrustStore, trustSubject } from "@zennas/zennas";
import { ALWAYS, type Permission, permissionsOf } from "../../cli/permissions.ts";
import { commandWords, createProgram } from "../../cli/program.ts";
import { smallConfig, TemporaryDirectory } from "../io/run_case.ts";
import { smallArtefact } from "../latency/small_artefact.ts";
import { DebianAdb, installed } from "../mobile/debian_adb.ts";
import { exported, network } from "../mobile/networks.ts";
import { directly } from "../mobile/phone/harness.ts";
import { Adbd } from "../mobile/scripted_phone/adbd.ts";
import { Phone } from "../mobile/scripted_phone/phone.ts";
import { rowsToRun } from "../scale.ts";
import { trainedWeights } from "./eval_case.ts";
import { zenWith } from "./zen.ts";

const STRUCTURE = "SuperConvK3BNRELU(3,8,2,1)SuperResK3K3(8,16,2,8,1)";

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

/** Files for commands to work on, removed in the end. */
class Scene implements AsyncDisposable {
  readonly #folder = new TemporaryDirectory();
  #made = 0;
  readonly #path: string = this.#folder.path;
  readonly phone = new Phone();
  readonly adbd = new Adbd(this.phone);

  /** The path of a file that was made. */
  at(name: string): string {
    return `${this.#path}/${name}`;
  }

  /** A path that nothing has. */
  fresh(): string {
    return this.at(`out${this.#made++}`);
  }

  /** A run of a proxy that needs a device, which has done nothing. */
  emptyRun(): string {
    const path = this.fresh();
    createRun(path, smallConfig({ proxy: "zen", batch: 4, resolution: 8, maxEvaluations: 1 }))[Symbol.dispose]();
    return path;
  }

  /** A run that has found one candidate. */
  searched(): string {
    const path = this.fresh();
    using store = createRun(path, smallConfig({ initialStructure: STRUCTURE }));
    store.append({ index: 0, structure: STRUCTURE, verdict: "scored", score: 1 });
    store.flush();
    return path;
  }

  /** A folder with a run in it. */
  rootOfRun(): string {
    const root = this.fresh();
    createRun(`${root}/run`, smallConfig())[Symbol.dispose]();
    return root;
  }

  async prepare(): Promise<this> {
    const structures = ["8", "16", "24"].map((channels) => `SuperConvK3BNRELU(3,${channels},1,1)`);
    Deno.writeTextFileSync(this.at("list.txt"), `${STRUCTURE}\n`);
    Deno.writeTextFileSync(this.at("labels.txt"), "cat\ndog\n");
    const notes = {
      on: "cpu",
      space: "XXBL",
      starts: STRUCTURE,
      classes: "2",
      seed: "1",
      sentinelMs: "1",
      maxMacs: "1e6",
    };
    Deno.writeTextFileSync(this.at("device.json"), printArtefact(smallArtefact({ notes, resolution: 8 })));
    const gpu = smallArtefact({ notes: { ...notes, on: "webgpu" }, resolution: 8 });
    Deno.writeTextFileSync(this.at("gpu.json"), printArtefact(gpu));
    Deno.writeTextFileSync(this.at("space.yaml"), "name: mine\nfamilies: [[SuperResK3K3]]\n");
    const rows = structures.map((text, index) => `"${text}",${index}`);
    Deno.writeTextFileSync(this.at("own.csv"), ["structure,accuracy", ...rows].join("\n"));
    Deno.writeFileSync(this.at("net.tflite"), await exported(network(STRUCTURE), "f32"));
    const { default: sharp } = await import("sharp");
    for (const name of ["images", "home"]) Deno.mkdirSync(this.at(name));
    const image = { width: 8, height: 8, channels: 3, background: "red" } as const;
    await sharp({ create: image }).png().toFile(this.at("images/red.png"));
    Deno.mkdirSync(this.at("pictures/red"), { recursive: true });
    Deno.copyFileSync(this.at("images/red.png"), this.at("pictures/red/1.png"));
    for (const name of ["train/blue/1", "train/blue/2", "train/red/1", "train/red/2", "val/red/1"]) {
      Deno.mkdirSync(this.at(`set/${name.replace(/\/\d$/, "")}`), { recursive: true });
      Deno.copyFileSync(this.at("images/red.png"), this.at(`set/${name}.png`));
    }
    Deno.mkdirSync(this.at("set/val/blue"));
    Deno.copyFileSync(this.at("images/red.png"), this.at("set/val/blue/1.png"));
    const teacher = networkNamed(STRUCTURE).design({ classes: 2, resolution: 8 });
    Deno.writeFileSync(this.at("teacher.safetensors"), trainedWeights(teacher));
    const module = import.meta.resolve("../../examples/custom_proxy.ts");
    const header = JSON.stringify({ a: { dtype: "F32", shape: [1], data_offsets: [0, 4] } }).padEnd(64);
    const length = String.fromCharCode(64).padEnd(8, "\0");
    Deno.writeTextFileSync(this.at("a.safetensors"), `${length}${header}\0\0\0\0`);
    for (const name of ["module.yaml", "trusted.yaml"]) {
      Deno.writeTextFileSync(this.at(name), `preset: zen-cifar-params1M\nproxy: ${module}\n`);
    }
    const store = new TrustStore(this.at("home/.config/zennas/trust.json"));
    await store.trust(await trustSubject(this.at("trusted.yaml")));
    Deno.writeTextFileSync(this.at("benchmark_model"), "#!/bin/sh\necho no benchmark_model\nexit 1\n");
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.adbd[Symbol.asyncDispose]();
    await this.phone[Symbol.asyncDispose]();
    this.#folder[Symbol.dispose]();
  }
}

/** One call of a command. */
interface Case {
  readonly words: string;
  /** Permissions that this call takes beside those that the command always needs. */
  readonly uses: readonly Permission[];
  readonly args: (scene: Scene) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What it exits with when it may do all; 0 unless told. */
  readonly code?: number;
}

/** Whether there is an adapter, if only a software driver. */
const hasAdapter = (await findAdapters()).length > 0;
const SMALL = ["--resolution", "8"], TINY = ["--batch", "4", ...SMALL];
/** A training of an epoch. */
const training = (scene: Scene): readonly string[] => [
  ...["--data", scene.at("set"), "--out", scene.fresh(), "--epochs", "1", "--warmup", "0", "--batch", "4", ...SMALL],
];
const directed = ({ adbd }: Scene): readonly string[] => directly(adbd);

const cases: readonly Case[] = [
  {
    words: "search",
    uses: [],
    args: (
      scene,
    ) => ["--max-evaluations", "2", "--population", "2", ...TINY, "--device", "cpu", "--out", scene.fresh()],
  },
  { words: "score", uses: [], args: () => [STRUCTURE, ...TINY, "--device", "cpu"] },
  { words: "score", uses: ["env"], args: (scene) => ["--file", scene.at("list.txt"), ...TINY] },
  {
    words: "correlate",
    uses: [],
    args: (scene) => [
      ...["--benchmark", scene.at("own.csv"), "--proxy", "zen", "--batch", "1", "--resolution", "8", "--seeds", "1"],
      ...["--out", scene.fresh()],
    ],
  },
  { words: "analyze", uses: ["read"], args: (scene) => ["--file", scene.at("list.txt")] },
  { words: "forward", uses: ["env"], args: () => [STRUCTURE, ...SMALL] },
  { words: "space", uses: [], args: () => ["XXBL", STRUCTURE, "0"] },
  { words: "space", uses: ["read", "env"], args: (scene) => [scene.at("space.yaml"), STRUCTURE, "0"] },
  { words: "zoo list", uses: [], args: () => [] },
  { words: "zoo show", uses: [], args: () => ["zennet_cifar10_model_size1M_res32"] },
  { words: "runs list", uses: [], args: (scene) => ["--root", scene.at("")] },
  { words: "runs show", uses: ["write", "env"], args: (scene) => [scene.emptyRun(), "--plot", scene.fresh()] },
  { words: "runs front", uses: ["write", "env"], args: (scene) => [scene.emptyRun(), "--svg", scene.fresh()] },
  { words: "runs diff", uses: [], args: (scene) => [scene.emptyRun(), scene.emptyRun()] },
  {
    words: "runs prune",
    uses: ["write"],
    args: (scene) => [scene.rootOfRun(), "--failed", "--yes"],
  },
  { words: "trust add", uses: [], args: (scene) => [scene.at("module.yaml")], env: { XDG_CONFIG_HOME: "" } },
  { words: "trust remove", uses: [], args: (scene) => [scene.at("trusted.yaml")], env: { XDG_CONFIG_HOME: "" } },
  { words: "trust list", uses: [], args: () => [], env: { XDG_CONFIG_HOME: "" } },
  { words: "predict", uses: [], args: (scene) => [scene.at("net.tflite"), scene.at("images/red.png")] },
  { words: "weights inspect", uses: [], args: (scene) => [scene.at("a.safetensors")] },
  { words: "weights convert", uses: [], args: (scene) => [scene.at("a.safetensors"), `${scene.fresh()}.pt`] },
  { words: "data check", uses: [], args: (scene) => [scene.at("pictures")] },
  {
    words: "finalists",
    uses: ["env", "ffi"],
    args: (scene) => [
      ...[scene.searched(), "--top", "1", "--random", "0", "--largest", "0"],
      ...training(scene).filter((word, at, all) => word !== "--out" && all[at - 1] !== "--out"),
    ],
  },
  { words: "train", uses: ["env", "ffi"], args: (scene) => [STRUCTURE, ...training(scene)] },
  {
    words: "distil",
    uses: ["env", "ffi"],
    args: (scene) => [
      ...[STRUCTURE, ...training(scene), "--feature-ratio", "2"],
      ...["--teacher", STRUCTURE, "--teacher-weights", scene.at("teacher.safetensors")],
    ],
  },
  { words: "runs show", uses: [], args: (scene) => [scene.emptyRun()] },
  { words: "runs front", uses: [], args: (scene) => [scene.emptyRun()] },
  { words: "runs resume", uses: ["env"], args: (scene) => [scene.emptyRun()] },
  { words: "export", uses: [], args: (scene) => [STRUCTURE, "-o", scene.fresh()] },
  {
    words: "export",
    uses: ["env", "ffi"],
    args: (scene) => [
      ...[STRUCTURE, ...SMALL, "--classes", "2", "--labels", scene.at("labels.txt"), "-o", scene.fresh()],
      ...["--precision", "int8", "--calibration", scene.at("images")],
    ],
  },
  { words: "inspect", uses: [], args: (scene) => [scene.at("net.tflite")] },
  { words: "run", uses: [], args: (scene) => [scene.at("net.tflite"), "--input", "random"] },
  {
    words: "run",
    uses: ["env", "ffi"],
    args: (scene) => [scene.at("net.tflite"), "--input", scene.at("images/red.png"), "--range", "0..1"],
  },
  { words: "verify", uses: ["env"], args: (scene) => [scene.at("net.tflite"), "--images", "1"] },
  {
    words: "verify",
    uses: ["env", "ffi"],
    args: (scene) => [scene.at("net.tflite"), "--data", scene.at("pictures"), "--images", "1"],
  },
  {
    words: "train",
    uses: ["env", "ffi"],
    args: (scene) => [
      ...[STRUCTURE, "--data", scene.at("pictures"), "--resolution", "8", "--crop", "none", "--batch", "1"],
      ...["--split", "all", "--epochs", "1", "--warmup", "0", "--out", scene.fresh()],
    ],
  },
  { words: "devices", uses: [], args: () => [] },
  {
    words: "latency measure",
    uses: [],
    args: () => [STRUCTURE, ...SMALL, "--repeats", "3", "--block-ms", "1", "--force"],
  },
  {
    words: "latency calibrate",
    uses: [],
    args: (scene) => [
      ...["--minutes", "0.0001", "--kernels", "0", "--networks", "14", "--max-macs", "1e6", "--init", STRUCTURE],
      ...[...SMALL, "--classes", "2", "-o", scene.fresh()],
    ],
  },
  // What is wrong with these calls is found behind the device, which is looked for with env.
  ...(["measure", "calibrate", "validate"] as const).map((name): Case => ({
    words: `latency ${name}`,
    uses: ["env"],
    args: (scene) =>
      ({
        measure: [STRUCTURE, ...SMALL, "--on", "webgpu", "--repeats", "3", "--block-ms", "1", "--force"],
        calibrate: ["--on", "webgpu", "--space", "nowhere", "-o", scene.fresh()],
        validate: [scene.at("gpu.json"), "--networks", "2"],
      })[name],
    code: hasAdapter ? name === "measure" ? 0 : 2 : 1,
  })),
  { words: "latency predict", uses: [], args: (scene) => [scene.at("device.json"), STRUCTURE] },
  {
    words: "latency validate",
    uses: [],
    args: (scene) => [scene.at("device.json"), "--networks", "2", "--repeats", "3", "--block-ms", "1", "--force"],
  },
  { words: "phone shell", uses: ["net", "read", "write"], args: (scene) => [...directed(scene), "true"] },
  { words: "phone doctor", uses: ["net"], args: directed },
  {
    words: "phone bench",
    uses: ["net"],
    args: (scene) => [
      ...[scene.at("net.tflite"), "--binary", scene.at("benchmark_model"), "--settle", "0", "--force"],
      ...["--out", scene.fresh(), ...directed(scene)],
    ],
    code: 1,
  },
  {
    words: "phone bench",
    uses: ["sys"],
    args: (scene) => [
      ...[scene.at("net.tflite"), "--host", "--repeats", "1", "--runs", "1", "--warmup", "1", "--min-seconds", "0.001"],
      ...["--out", scene.fresh()],
    ],
  },
];

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
      if (words === "eval" || /^with --(teacher-)?pretrained/.test(declared[name]!)) continue;
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

const lacking = cases.flatMap((one) => needed(one.words, one.uses).map((missing) => ({ one, missing })));
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
