/** Calls of every command, and the files that they work on: each runs with the permissions that it takes. */
import { createRun, networkNamed, printArtefact, TrustStore, trustSubject } from "@zennas/zennas";
import type { Permission } from "../../cli/permissions.ts";
import { findAdapters } from "../../cli/device.ts";
import { smallConfig, TemporaryDirectory } from "../io/run_case.ts";
import { smallArtefact } from "../latency/small_artefact.ts";
import { exported, network } from "../mobile/networks.ts";
import { directly } from "../mobile/phone/harness.ts";
import { Adbd } from "../mobile/scripted_phone/adbd.ts";
import { Phone } from "../mobile/scripted_phone/phone.ts";
import { trainedWeights } from "./eval_case.ts";

const STRUCTURE = "SuperConvK3BNRELU(3,8,2,1)SuperResK3K3(8,16,2,8,1)";

/** Files for commands to work on, removed in the end. */
export class Scene implements AsyncDisposable {
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
export interface Case {
  readonly words: string;
  /** Permissions that this call takes beside those that the command always needs. */
  readonly uses: readonly Permission[];
  readonly args: (scene: Scene) => readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** What it exits with when it may do all; 0 unless told. */
  readonly code?: number;
}

/** Whether there is an adapter, if only a software driver. */
export const hasAdapter = (await findAdapters()).length > 0;
const SMALL = ["--resolution", "8"], TINY = ["--batch", "4", ...SMALL];
/** A training of an epoch. */
const training = (scene: Scene): readonly string[] => [
  ...["--data", scene.at("set"), "--out", scene.fresh(), "--epochs", "1", "--warmup", "0", "--batch", "4", ...SMALL],
];
const directed = ({ adbd }: Scene): readonly string[] => directly(adbd);

export const cases: readonly Case[] = [
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
  { words: "runs export", uses: [], args: (scene) => [scene.emptyRun(), "--csv"] },
  { words: "runs report", uses: ["env"], args: (scene) => [scene.searched(), "-o", scene.fresh()] },
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
