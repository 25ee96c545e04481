/** `zen phone bench` on the scripted phone, as its user types it and from inside this process. */
import assert from "node:assert/strict";
import { type Device, openDevice } from "../../../mobile/adb/mod.ts";
import { Journal, type LatencyReport, namedFile, PhoneTarget, type PhoneTools } from "../../../mobile/phone/mod.ts";
import { optionsOver, type Outcome, permissions, zen } from "../../cli/zen.ts";
import { exported, network } from "../networks.ts";
import { Adbd } from "../scripted_phone/adbd.ts";
import type { Phone } from "../scripted_phone/phone.ts";

const SETTINGS = ["window_animation_scale", "transition_animation_scale", "animator_duration_scale"];

/** Where these tests keep their files. */
export const folder: string = await Deno.makeTempDir({ prefix: "phone-bench-" });
/** A small network. */
export const model = `${folder}/small.tflite`;
await Deno.writeFile(model, await exported(network("SuperConvK3BNRELU(3,8,2,1)SuperResK3K3(8,16,2,8,1)"), "f32"));
await Deno.mkdir(`${folder}/home`);

/** Options of a measurement that is over soon. */
export const quick: readonly string[] = "--settle 0 --min-seconds 0.001 --runs 100 --warmup 10 --repeats 3".split(" ");

/** A process of `zen phone`. */
export class RunningZen {
  /** The process. */
  readonly process: Deno.ChildProcess;
  /** What it left behind. */
  readonly outcome: Promise<Outcome>;
  #stderr = "";
  #ended = false;
  #heard = Promise.withResolvers<void>();

  constructor(args: readonly string[]) {
    const zen = new URL("../../../cli/main.ts", import.meta.url).href;
    this.process = new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", ...permissions, zen, "phone", ...args],
      env: {
        HOME: `${folder}/home`,
        DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
        NO_COLOR: "1",
      },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.outcome = this.#run();
  }

  async #run(): Promise<Outcome> {
    const listening = (async () => {
      for await (const text of this.process.stderr.pipeThrough(new TextDecoderStream())) {
        this.#stderr += text;
        this.#heard.resolve();
        this.#heard = Promise.withResolvers<void>();
      }
      this.#ended = true;
      this.#heard.resolve();
    })();
    const stdout = await new Response(this.process.stdout).text();
    await listening;
    const { code } = await this.process.status;
    return { code, stdout, stderr: this.#stderr };
  }

  /** Waits until it says something; fails where it ends first. */
  async says(pattern: RegExp): Promise<void> {
    while (!pattern.test(this.#stderr)) {
      if (this.#ended) throw new Error(`it never said ${pattern}: ${this.#stderr}`);
      await this.#heard.promise;
    }
  }
}

/** `zen phone` on a phone behind Debian's adb, or on its daemon itself. */
export function zenPhone(args: readonly string[], where: readonly string[]): Promise<Outcome> {
  return zen(["phone", ...args, ...where], { env: { HOME: `${folder}/home` } });
}

let reports = 0;

/** A measurement with a binary that is this script, and where its report goes. */
export async function benchArguments(
  script: string,
  flags: readonly string[] = [],
): Promise<{ readonly out: string; readonly args: readonly string[] }> {
  const binary = `${folder}/benchmark_model${reports}`, out = `${folder}/report${reports++}`;
  await Deno.writeTextFile(binary, script);
  return { out, args: ["bench", model, "--binary", binary, "--out", out, ...optionsOver(quick, flags)] };
}

/** The way to a daemon without an adb server. */
export function directly({ port }: Adbd): readonly string[] {
  return ["--transport", "tcp", "--port", `${port}`, "--create-key"];
}

/** The report in a folder; null where there is none. */
export async function readReport(out: string): Promise<LatencyReport | null> {
  return JSON.parse(await Deno.readTextFile(`${out}/latency.json`).catch(() => "null"));
}

/** A measurement over TCP with a binary that is this script. */
export async function bench(
  phone: Phone,
  { script, flags = [] }: { readonly script: string; readonly flags?: readonly string[] },
): Promise<Outcome & { readonly report: LatencyReport | null }> {
  await using adbd = new Adbd(phone);
  const { args, out } = await benchArguments(script, flags);
  return { ...await zenPhone(args, directly(adbd)), report: await readReport(out) };
}

/** What a phone must be after every measurement, however it ended. */
export function assertUntouched(phone: Phone): void {
  const values = SETTINGS.map((name) => phone.setting(name));
  assert.deepEqual(values, ["1.0", "0.5", null]);
  assert.equal(phone.setting("stay_on_while_plugged_in"), "0");
  assert.match(Deno.readTextFileSync(`${phone.folder}/state/power`), /Asleep/);
  const left = [...Deno.readDirSync(`${phone.folder}/data/local/tmp`)].flatMap((
    { name },
  ) => [...Deno.readDirSync(`${phone.folder}/data/local/tmp/${name}`)]);
  assert.deepEqual(left, []);
  assert.equal(phone.running(), 0);
}

/** A phone that this process measures on. */
export interface OpenTarget {
  readonly adbd: Adbd;
  readonly device: Device;
  readonly target: PhoneTarget;
}

/** A phone that this process measures on, with a binary that is this script. */
export async function openTarget(
  stack: AsyncDisposableStack,
  phone: Phone,
  { script, ...tools }: { readonly script: string } & Partial<PhoneTools>,
): Promise<OpenTarget> {
  const adbd = stack.use(new Adbd(phone));
  const device = stack.use(
    await openDevice({ transport: "tcp", port: adbd.port, keyPath: `${folder}/key`, createKey: true }),
  );
  const journal = stack.use(await Journal.open("fixed", `${folder}/journals`));
  const binary = await namedFile("benchmark_model", new TextEncoder().encode(script));
  return { adbd, device, target: await PhoneTarget.open(device, { binary, journal, ...tools }) };
}
