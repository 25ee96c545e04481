/**
 * Runs the command line as its user does. To load the program takes longer than most commands, so one process runs many
 * where neither a module nor stdin is theirs; `deno task test:all` gives each a process of its own.
 */
import { everyRow } from "../scale.ts";
import { type Outcome, runWarm } from "./warm_zen.ts";

export type { Outcome };

/** The permissions that the task `zen` grants, from deno.json, so that tests run under the same ones. */
export const permissions: readonly string[] = await (async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  return (tasks.zen as string).split(" ").filter((word) => word.startsWith("--allow"));
})();

/** Where a command runs: its folder, and variables beside those of this process. */
export interface Place {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/** The program that runs `zen`, and its arguments. */
export const zenCommand: readonly string[] = [
  Deno.execPath(),
  "run",
  ...permissions,
  import.meta.resolve("../../cli/main.ts"),
];

/** Whether a command line may load a module, which is loaded once in a process, however often its file changes. */
function mayLoadModule(args: readonly string[]): boolean {
  return args.some((arg) => /\.([cm]?[jt]s|ya?ml)\b/.test(arg));
}

/** A command line of `zen` in a process that has run others; in one of its own with `input` on its stdin, or a module. */
export function zen(args: readonly string[], input: string | Place = ""): Promise<Outcome> {
  const [text, place]: [string, Place] = typeof input === "string" ? [input, {}] : ["", input];
  // A run or a preset in a folder of the test's own may name modules too.
  if (everyRow || text !== "" || place.cwd !== undefined || mayLoadModule(args)) return zenAlone(args, input);
  return runWarm(args, { permissions, env: { ...environment(), ...place.env } });
}

/** A process of `zen`; stdin is `input`. */
export function zenAlone(args: readonly string[], input: string | Place = ""): Promise<Outcome> {
  const [text, place] = typeof input === "string" ? [input, {}] : ["", input];
  return run([...zenCommand, ...args], { input: text, ...place });
}

/** A process of `zen` with these permissions and no other. */
export function zenWith(permissions: readonly string[], args: readonly string[], place: Place = {}): Promise<Outcome> {
  const program = import.meta.resolve("../../cli/main.ts");
  return run([Deno.execPath(), "run", "--no-prompt", ...permissions, program, ...args], place);
}

/** Variables of every process, beside those of this one. */
function environment(): Record<string, string> {
  return { NO_COLOR: "1", DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno` };
}

/** Any process. */
export async function run(
  [program, ...args]: readonly string[],
  { input = "", cwd, env }: Place & { readonly input?: string },
): Promise<Outcome> {
  const child = new Deno.Command(program!, {
    args,
    ...(cwd !== undefined && { cwd }),
    env: { ...environment(), ...env },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input)).catch(() => {});
  await writer.close().catch(() => {});
  const { code, stdout, stderr } = await child.output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, stdout: text(stdout), stderr: text(stderr) };
}

/** The JSON objects that a command printed, one a line. Fails where it did not succeed. */
// deno-lint-ignore no-explicit-any
export async function zenJson(args: readonly string[], input: string | Place = ""): Promise<any[]> {
  const { code, stdout, stderr } = await zen([...args, "--json"], input);
  if (code !== 0) throw new Error(`zen ${args.join(" ")} exited with ${code}: ${stderr}`);
  return stdout.trim().split("\n").map((line) => JSON.parse(line));
}

/** Arguments that begin with those of `defaults` but for the options, each with a value, that `given` has too. */
export function optionsOver(defaults: readonly string[], given: readonly string[]): string[] {
  const kept = defaults.filter((word, index) => {
    const option = word.startsWith("--") ? word : defaults[index - 1];
    return !option?.startsWith("--") || !given.includes(option);
  });
  return [...kept, ...given];
}
