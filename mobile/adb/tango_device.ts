/** A phone through Tango's ADB client, by any transport. */
import type { Adb } from "npm:@yume-chan/adb@2.6.4";
import type {
  ConnectionState,
  Device,
  PushedFile,
  PushOptions,
  ShellOptions,
  ShellResult,
  TransportName,
} from "./device.ts";
import { AdbError, toAdbError } from "./errors.ts";
import { guarded, killLine, quote, splitGroup } from "./shell.ts";
import { SyncClient } from "./sync.ts";

/** How long a command's end may take to arrive after the phone has killed it, ms. */
const GRACE_MS = 1_500;
/** How much of a command's output is kept, bytes: endless output must not fill this machine's memory. */
const KEPT_BYTES = 8 << 20;

/** A stream's text as it grows. */
class Collected {
  readonly #decoder = new TextDecoder();
  readonly #firstLine = Promise.withResolvers<void>();
  #bytes = 0;
  text = "";

  /** Resolves when a whole line is there, or no more will come. */
  get firstLine(): Promise<void> {
    return this.#firstLine.promise;
  }

  async from(stream: AsyncIterable<Uint8Array>): Promise<void> {
    try {
      for await (const chunk of stream) {
        if ((this.#bytes += chunk.length) <= KEPT_BYTES) this.text += this.#decoder.decode(chunk, { stream: true });
        if (this.text.includes("\n")) this.#firstLine.resolve();
      }
    } finally {
      this.#firstLine.resolve();
    }
  }
}

/** How the ways to a phone differ, once connected. */
export interface TangoLink {
  readonly adb: Adb;
  readonly serial: string;
  readonly transport: TransportName;
  /** Asks for the connection's state. */
  readonly state: () => Promise<ConnectionState>;
  /** Frees what the way holds, after the connection has ended. */
  readonly release?: () => Promise<void>;
}

/** A {@link Device} on a connection that is open. */
export class TangoDevice implements Device {
  readonly serial: string;
  readonly transport: TransportName;
  readonly model: string | undefined;
  readonly lost: Promise<AdbError>;
  readonly #link: TangoLink;
  #closing: Promise<void> | undefined;

  constructor(link: TangoLink) {
    this.#link = link;
    this.serial = link.serial;
    this.transport = link.transport;
    this.model = link.adb.banner.model?.replaceAll("_", " ");
    const { promise, resolve } = Promise.withResolvers<AdbError>();
    const ended = (cause?: unknown): void => {
      if (!this.#closing) resolve(new AdbError("DEVICE_LOST", `Cannot go on as ${this.serial} is gone`, { cause }));
    };
    link.adb.disconnected.then(ended, ended);
    this.lost = promise;
  }

  /** Awaits something that never settles when the phone is unplugged. */
  async #orLost<T>(work: Promise<T>, doing: string): Promise<T> {
    work.catch(() => {});
    try {
      return await Promise.race([work, this.lost.then((error) => Promise.reject(error))]);
    } catch (cause) {
      throw toAdbError(cause, doing);
    }
  }

  async shell(command: string, { timeoutMs = 30_000, signal }: ShellOptions = {}): Promise<ShellResult> {
    const shells = this.#link.adb.subprocess.shellProtocol;
    if (!shells) {
      throw new AdbError("DEVICE_TOO_OLD", `Cannot run commands on ${this.serial} as it reports no exit codes`);
    }
    signal?.throwIfAborted();
    const doing = `run ${command.slice(0, 60)}`;
    const started = performance.now();
    const process = await this.#orLost(shells.spawn(guarded(command, timeoutMs)), doing);
    const out = new Collected(), err = new Collected();
    const drained = Promise.all([out.from(process.stdout), err.from(process.stderr)]);
    drained.catch(() => {});
    process.exited.catch(() => {});
    const printed = () => ({ stdout: splitGroup(out.text)?.rest ?? out.text, stderr: err.text });
    using watch = watchdog(timeoutMs + GRACE_MS, signal);
    try {
      const exitCode = await this.#orLost(Promise.race([process.exited, watch.fired]), doing);
      await this.#orLost(drained, doing);
      if (exitCode === 137 && performance.now() - started >= timeoutMs) throw timedOut(command, timeoutMs);
      return { exitCode, ...printed() };
    } catch (cause) {
      await this.#kill(out);
      if (signal?.aborted) throw signal.reason;
      const { code, message } = toAdbError(cause, doing);
      throw new AdbError(code, message, { cause, data: printed() });
    }
  }

  /** Ends what a command has started, if the phone can still be reached; its group may still be on its way here. */
  async #kill(out: Collected): Promise<void> {
    using watch = watchdog(GRACE_MS);
    const killed = out.firstLine.then(async () => {
      const group = splitGroup(out.text)?.group;
      if (group === undefined) return;
      const process = await this.#link.adb.subprocess.shellProtocol!.spawn(killLine(group));
      await process.exited;
    });
    await this.#orLost(Promise.race([killed, watch.fired]), "end a command").catch(() => {}); // the first error counts
  }

  async push(path: string, bytes: Uint8Array, { mode = 0o644, onProgress }: PushOptions = {}): Promise<PushedFile> {
    const doing = `push to ${path}`;
    await this.#checkRoom(path, bytes.length);
    const socket = await this.#orLost(this.#link.adb.createSocket("sync:"), doing);
    const sync = new SyncClient(socket);
    try {
      await this.#orLost(sync.send({ path, bytes, mode, onProgress }), doing);
    } finally {
      await sync[Symbol.asyncDispose]().catch(() => {}); // it may be gone already: the first error counts
    }
    return this.#checkPushed(path, bytes);
  }

  /** Throws unless the folder can be written to and its disk has room: the phone's own refusal may come too late. */
  async #checkRoom(path: string, bytes: number): Promise<void> {
    const folder = quote(path.replace(/\/[^/]*$/, "") || "/");
    const probe = `test -d ${folder} && test -w ${folder} || { echo denied; exit; }; df -k ${folder} | tail -n 1`;
    const { stdout } = await this.shell(probe);
    if (stdout.startsWith("denied")) {
      throw new AdbError("PUSH_DENIED", `Cannot push as the folder is missing or read-only: got ${path}`);
    }
    const freeBytes = 1024 * Number(stdout.trim().split(/\s+/).at(-3));
    if (freeBytes < bytes) {
      const message = `Cannot push ${bytes} bytes to ${path} as the phone's disk has room for ${freeBytes}`;
      throw new AdbError("PUSH_NO_SPACE", message, { data: { bytes, freeBytes } });
    }
  }

  /** Throws unless the file is on the phone as it was sent. */
  async #checkPushed(path: string, bytes: Uint8Array): Promise<PushedFile> {
    const sha256 = new Uint8Array(await crypto.subtle.digest("SHA-256", new Uint8Array(bytes))).toHex();
    const { stdout } = await this.shell(`wc -c <${quote(path)}; sha256sum ${quote(path)}`, { timeoutMs: 120_000 });
    const [size, sum] = stdout.split("\n").map((line) => line.trim().split(/\s+/)[0] ?? "");
    const known = /^[0-9a-f]{64}$/.test(sum ?? "");
    if (Number(size) !== bytes.length || (known && sum !== sha256)) {
      const message = `Cannot trust ${path} as it is not what was sent: got ${size} bytes with checksum ${sum}`;
      throw new AdbError("PUSH_MISMATCH", message, { data: { sha256, bytes: bytes.length, size, sum } });
    }
    return { path, bytes: bytes.length, sha256, checkedBy: known ? "sha256" : "size" };
  }

  async pull(path: string): Promise<Uint8Array> {
    const doing = `pull ${path}`;
    const sync = new SyncClient(await this.#orLost(this.#link.adb.createSocket("sync:"), doing));
    try {
      return await this.#orLost(sync.receive(path), doing);
    } finally {
      await sync[Symbol.asyncDispose]().catch(() => {}); // it may be gone already: the first error counts
    }
  }

  state(): Promise<ConnectionState> {
    return this.#link.state();
  }

  close(): Promise<void> {
    return this.#closing ??= (async () => {
      await Promise.resolve(this.#link.adb.close()).catch(() => {}); // a phone that is gone cannot be told
      await this.#link.release?.();
    })();
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

function timedOut(command: string, timeoutMs: number): AdbError {
  const message = `Cannot wait for ${command.slice(0, 60)} as it takes more than ${timeoutMs / 1000} s`;
  return new AdbError("SHELL_TIMEOUT", message, { data: { timeoutMs } });
}

/** A promise that rejects when time is up or a signal comes, until it is disposed. */
function watchdog(ms: number, signal?: AbortSignal): Disposable & { readonly fired: Promise<never> } {
  const { promise, reject } = Promise.withResolvers<never>();
  promise.catch(() => {});
  const timer = setTimeout(() => reject(timedOut("a command", ms)), ms);
  const abort = (): void => reject(signal?.reason);
  if (signal?.aborted) abort();
  else signal?.addEventListener("abort", abort);
  return {
    fired: promise,
    [Symbol.dispose]() {
      clearTimeout(timer);
      signal?.removeEventListener("abort", abort);
    },
  };
}
