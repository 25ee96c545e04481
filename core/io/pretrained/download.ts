/**
 * Downloads that go on where they stopped. What has been received lies in `<path>.part`, and what the server called that
 * version (its ETag or date) in `<path>.part.version`: only bytes of one version are joined.
 */
import { dirname } from "node:path";
import { readText } from "../files/read.ts";
import { replaceFile } from "../files/write.ts";
import { systemReason } from "../files/error.ts";
import { FetchError, type FetchErrorKind } from "./error.ts";

/** How far a download is. */
export interface DownloadProgress {
  /** Bytes that have been received, those of earlier attempts too. */
  readonly received: number;
  /** Bytes of the whole file; undefined where the server does not say. */
  readonly total: number | undefined;
}

/** How to download. */
export interface DownloadOptions {
  /** Stops it; what has been received is kept. */
  readonly signal?: AbortSignal | undefined;
  /** Called as bytes come in. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Called with the whole file before it gets its name; where it throws, the file is removed. */
  readonly check?: ((received: string) => Promise<unknown>) | undefined;
  /** The wait before the second attempt, ms; it doubles with each. */
  readonly pauseMs?: number | undefined;
}

/** How many attempts in a row may bring nothing. */
const ATTEMPTS = 4;
const PAUSE_MS = 500;

/** What stopped an attempt, and whether another may help. */
interface Failure {
  readonly error: FetchError;
  readonly isFinal: boolean;
}

/** The file that bytes are received into. */
class Received implements Disposable {
  readonly #file: Deno.FsFile;
  readonly #versionFile: string;
  #bytes: number;

  private constructor(file: Deno.FsFile, { path, bytes }: { readonly path: string; readonly bytes: number }) {
    this.#file = file;
    this.#versionFile = `${path}.version`;
    this.#bytes = bytes;
  }

  /** Opens it when no other process has it open. */
  static async open(path: string): Promise<Received> {
    await Deno.mkdir(dirname(path), { recursive: true });
    const file = await Deno.open(path, { write: true, create: true });
    await file.lock(true);
    return new Received(file, { path, bytes: (await file.stat()).size });
  }

  /** How many there are. */
  get bytes(): number {
    return this.#bytes;
  }

  /** What names their version, where there are any that can be gone on with. */
  async version(): Promise<string | undefined> {
    return this.#bytes > 0 ? await readText(this.#versionFile, "record").catch(() => undefined) : undefined;
  }

  /** Forgets them, and begins a version; what has none cannot be gone on with. */
  async begin(version: string | undefined): Promise<void> {
    await this.#file.truncate(0);
    this.#bytes = 0;
    if (version) replaceFile(this.#versionFile, version);
    else await Deno.remove(this.#versionFile).catch(() => undefined);
  }

  /** Appends some. */
  async append(chunk: Uint8Array): Promise<void> {
    await this.#file.seek(this.#bytes, Deno.SeekMode.Start);
    for (let done = 0; done < chunk.length;) done += await this.#file.write(chunk.subarray(done));
    this.#bytes += chunk.length;
  }

  [Symbol.dispose](): void {
    this.#file.close();
  }
}

class Download {
  readonly #url: string;
  readonly #path: string;
  readonly #options: DownloadOptions;
  readonly #received: Received;

  constructor(received: Received, { url, path, ...options }: DownloadOptions & { url: string; path: string }) {
    [this.#received, this.#url, this.#path, this.#options] = [received, url, path, options];
  }

  /** Attempts until all is received, or until {@link ATTEMPTS} in a row brought nothing. */
  async run(): Promise<void> {
    for (let idle = 0, before = this.#received.bytes;; before = this.#received.bytes) {
      const failure = await this.#attempt();
      this.#options.signal?.throwIfAborted();
      if (!failure) return;
      idle = this.#received.bytes > before ? 0 : idle + 1;
      if (failure.isFinal || idle === ATTEMPTS) throw failure.error;
      await this.#pause(idle);
    }
  }

  #failure(kind: FetchErrorKind, reason: string, cause?: unknown): Failure {
    const error = new FetchError(kind, `Cannot fetch ${this.#url} to ${this.#path} as ${reason}`, {
      path: this.#path,
      cause,
    });
    return { error, isFinal: kind === "missing" };
  }

  /** Waits, longer each time. Throws the signal's reason. */
  async #pause(idle: number): Promise<void> {
    const { signal, pauseMs = PAUSE_MS } = this.#options, { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, pauseMs * 2 ** idle);
    signal?.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    clearTimeout(timer);
    signal?.throwIfAborted();
  }

  async #attempt(): Promise<Failure | undefined> {
    const version = await this.#received.version(), from = version ? this.#received.bytes : 0;
    try {
      const headers = { "accept-encoding": "identity", ...(version ? resumption(from, version) : {}) };
      const response = await fetch(this.#url, { headers, signal: this.#options.signal ?? null });
      return await this.#refusal(response, from) ?? await this.#receive(response);
    } catch (cause) {
      if (!(cause instanceof TypeError)) throw cause;
      return this.#failure("unreachable", "the server cannot be reached", cause);
    }
  }

  /** Why the server did not send what it was asked for; a client's error stays so, others may pass. */
  async #refusal(response: Response, from: number): Promise<Failure | undefined> {
    const { status } = response, part = partOf(response);
    if (status === 200 || (part && part.from === from)) return undefined;
    await response.body?.cancel();
    if (status === 206 || status === 416) await this.#received.begin(undefined);
    const passes = status < 400 || status === 416 || status === 429 || status >= 500;
    if (!passes) return this.#failure("missing", `the server does not have it (${status})`);
    return this.#failure("server", status === 206 ? "the server sent another part" : `the server answered ${status}`);
  }

  async #receive(response: Response): Promise<Failure | undefined> {
    const { headers, body } = response, part = partOf(response), length = headers.get("content-length");
    const total = part ? part.total : length === null ? undefined : Number(length);
    if (!part) await this.#received.begin(versionOf(headers));
    const chunks = body?.values();
    for (;;) {
      let next: IteratorResult<Uint8Array> | undefined;
      try {
        next = await chunks?.next();
      } catch (cause) {
        return this.#failure("broken", `the connection broke off after ${this.#received.bytes} bytes`, cause);
      }
      if (!next || next.done) break;
      await this.#received.append(next.value);
      this.#options.onProgress?.({ received: this.#received.bytes, total });
    }
    if (total === undefined || this.#received.bytes === total) return undefined;
    return this.#failure("broken", `${this.#received.bytes} of ${total} bytes came in`);
  }
}

/** What asks a server to go on, or to send all where its version is another. */
function resumption(from: number, version: string): Record<string, string> {
  return { range: `bytes=${from}-`, "if-range": version };
}

/** Which part of a file a response holds; undefined where it says nothing of a part. */
function partOf({ status, headers }: Response): { readonly from: number; readonly total: number } | undefined {
  const [, from, total] = /^bytes (\d+)-\d+\/(\d+)$/.exec(headers.get("content-range") ?? "") ?? [];
  return status === 206 && from ? { from: Number(from), total: Number(total) } : undefined;
}

/** What names a version of a file; a weak ETag does not tell bytes apart. */
function versionOf(headers: Headers): string | undefined {
  const etag = headers.get("etag");
  return etag?.startsWith('"') ? etag : headers.get("last-modified") ?? undefined;
}

/**
 * Downloads a URL to a path, by way of `<path>.part`, which a later call goes on with. What may pass is tried again. One
 * process at a time does it; others wait, and take its file. Throws FetchError, what `check` throws, and the signal's
 * reason.
 */
export async function download(url: string, path: string, options: DownloadOptions = {}): Promise<void> {
  const part = `${path}.part`;
  try {
    using received = await Received.open(part);
    if (await isFile(path)) return; // another process has fetched it in the meantime
    await new Download(received, { ...options, url, path }).run();
    try {
      await options.check?.(part);
      await Deno.rename(part, path);
    } catch (error) {
      await Deno.remove(part);
      throw error;
    } finally {
      await Deno.remove(`${part}.version`).catch(() => undefined);
    }
  } catch (cause) {
    const reason = cause instanceof Error ? systemReason(cause) : undefined;
    if (reason === undefined) throw cause;
    throw new FetchError("write", `Cannot fetch ${url} to ${path} as ${reason}`, { path, cause });
  }
}

/** Whether there is a file at a path. */
export async function isFile(path: string): Promise<boolean> {
  return (await Deno.stat(path).catch(() => undefined))?.isFile ?? false;
}
