/** Debian's adb, with a server of its own on a port that nobody else uses. */

/** Whether a program is on the path. */
export function installed(program: string): boolean {
  return new Deno.Command("sh", { args: ["-c", `command -v ${program}`], stdout: "null" }).outputSync().success;
}

/** A port on 127.0.0.1 that was free a moment ago. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

/** `adb` as its user calls it; disposing it ends its server. */
export class DebianAdb implements AsyncDisposable {
  /** The server's port. */
  readonly port = freePort();
  /** Where it keeps its key. */
  readonly home = Deno.makeTempDirSync({ prefix: "adb-" });

  /** Runs `adb` with arguments. */
  async run(...args: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
    const environment = { ANDROID_ADB_SERVER_PORT: `${this.port}`, HOME: this.home };
    // A server that this starts would keep pipes open: what is printed goes through a file.
    const log = `${this.home}/log`;
    const child = new Deno.Command("sh", {
      args: ["-c", 'adb "$@" >"$LOG" 2>&1', "adb", ...args],
      env: { ...environment, LOG: log },
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    const { code } = await child.status;
    return { code, text: await Deno.readTextFile(log) };
  }

  /** Starts its server. */
  async start(): Promise<this> {
    await this.run("start-server");
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run("kill-server");
    await Deno.remove(this.home, { recursive: true });
  }
}
