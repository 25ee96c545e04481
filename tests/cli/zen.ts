/** Runs the command line as its user does: a process of its own. */

/** What a command left behind. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** The permissions that the task `zen` grants, from deno.json, so that tests run under the same ones. */
export const permissions: readonly string[] = await (async () => {
  const { tasks } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  return (tasks.zen as string).split(" ").filter((word) => word.startsWith("--allow"));
})();

/** A process of `zen`; stdin is `input`. */
export async function zen(args: readonly string[], input = ""): Promise<Outcome> {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", ...permissions, new URL("../../cli/main.ts", import.meta.url).href, ...args],
    env: { NO_COLOR: "1" },
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
export async function zenJson(args: readonly string[], input = ""): Promise<any[]> {
  const { code, stdout, stderr } = await zen([...args, "--json"], input);
  if (code !== 0) throw new Error(`zen ${args.join(" ")} exited with ${code}: ${stderr}`);
  return stdout.trim().split("\n").map((line) => JSON.parse(line));
}
