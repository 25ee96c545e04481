/** Runs the command line at a terminal, which `script` of util-linux makes. */
import { permissions } from "./zen.ts";

/** Whether such a terminal can be had here. */
export const hasTerminal: boolean = Deno.build.os === "linux" &&
  await new Deno.Command("script", { args: ["--version"], stdout: "null", stderr: "null" }).output()
    .then(({ success }) => success, () => false);

/** The terminal, and what is typed. */
export interface TerminalOptions {
  /** Characters in a line. Default: 90. */
  readonly columns?: number;
  /** Default: one with colours. */
  readonly env?: Readonly<Record<string, string>>;
  /** What is typed. Default: nothing. */
  readonly input?: string;
}

/** What a shell command writes to a terminal. */
export async function onTerminal(command: string, options: TerminalOptions = {}): Promise<string> {
  const { columns = 90, env = {}, input = "" } = options;
  const child = new Deno.Command("script", {
    args: ["-qec", `stty cols ${columns}; ${command}`, "/dev/null"],
    env: { NO_COLOR: "", TERM: "xterm-256color", ...env },
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode(input));
  const { stdout } = await child.output();
  await writer.close().catch(() => {});
  return new TextDecoder().decode(stdout);
}

/** What `zen` with these arguments, as a shell reads them, writes to a terminal. */
export async function atTerminal(args: string, options: TerminalOptions = {}): Promise<string> {
  const zen = [Deno.execPath(), "run", "-q", ...permissions, "cli/main.ts"].join(" ");
  return await onTerminal(`${zen} ${args}`, options);
}
