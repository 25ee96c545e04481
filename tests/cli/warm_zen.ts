/** A process that runs several command lines, so that the program is loaded once for them. */
import { ended, type Request } from "./zen_protocol.ts";

/** What a command line left behind. */
export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** What one stream printed for a command line; without an exit code where the process ended in it. */
interface Printed {
  readonly text: string;
  readonly code?: number;
}

/** One process; it runs one command line at a time. */
class WarmZen {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array<ArrayBuffer>>;
  readonly #streams: readonly ReadableStreamDefaultReader<string>[];
  #number = 0;

  constructor(permissions: readonly string[], env: Readonly<Record<string, string>>) {
    const server = import.meta.resolve("./zen_server.ts");
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-q", ...permissions, server],
      env,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    const { stdout, stderr } = this.#child;
    this.#streams = [stdout, stderr].map((stream) => stream.pipeThrough(new TextDecoderStream()).getReader());
  }

  /** Runs a command line; `alive` tells whether the process can run another. */
  async run(args: readonly string[]): Promise<Outcome & { readonly alive: boolean }> {
    const number = this.#number++, request: Request = { args, number };
    await this.#input.write(new TextEncoder().encode(`${JSON.stringify(request)}\n`));
    const [stdout, stderr] = await Promise.all(this.#streams.map((stream) => this.#read(stream, number)));
    const alive = stdout!.code !== undefined, code = stdout!.code ?? (await this.#child.status).code;
    return { code, stdout: stdout!.text, stderr: stderr!.text, alive };
  }

  async #read(stream: ReadableStreamDefaultReader<string>, number: number): Promise<Printed> {
    for (let text = "";;) {
      const { value } = await stream.read();
      if (value === undefined) return { text };
      const end = ended(text += value, number);
      if (end) return end;
    }
  }

  async close(): Promise<void> {
    await this.#input.close().catch(() => {}); // it may have ended before
    await this.#child.status;
  }
}

/** Processes that wait for the next command line, by their environment. */
const idle = new Map<string, WarmZen[]>();

Deno.test.afterAll(async () => {
  await Promise.all([...idle.values()].flat().map((zen) => zen.close()));
  idle.clear();
});

/** What a command line may do, and its variables. */
export interface WarmOptions {
  readonly permissions: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

/** Runs a command line in a process that has run others, or in a new one where none waits. */
export async function runWarm(args: readonly string[], { permissions, env }: WarmOptions): Promise<Outcome> {
  const key = JSON.stringify(env), waiting = idle.get(key) ?? [];
  idle.set(key, waiting);
  const zen = waiting.pop() ?? new WarmZen(permissions, env);
  const { alive, ...outcome } = await zen.run(args);
  if (alive) waiting.push(zen);
  return outcome;
}
