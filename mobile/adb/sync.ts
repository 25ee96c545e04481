/**
 * Files to and from a phone, after SYNC.TXT of the Android Open Source Project: requests and answers are a four-letter
 * name and a 32-bit length, little-endian. Tango's own client loses the text of a failure and leaves promises behind
 * that nobody awaits, so this speaks the protocol itself.
 */
import type { AdbSocket } from "npm:@yume-chan/adb@2.6.4";
import { BufferedReadableStream } from "npm:@yume-chan/stream-extra@2.6.1";
import { adbCodeOf, AdbError } from "./errors.ts";

/** The most bytes of data in one message, by the protocol. */
const CHUNK = 64 * 1024;
const encoder = new TextEncoder(), decoder = new TextDecoder();

/** A message: a name, a number, and bytes. */
function message(name: string, value: number, payload: Uint8Array = new Uint8Array()): Uint8Array {
  const bytes = new Uint8Array(8 + payload.length);
  bytes.set(encoder.encode(name));
  new DataView(bytes.buffer).setUint32(4, value, true);
  bytes.set(payload, 8);
  return bytes;
}

/** A file to write. */
export interface SyncFile {
  /** Where to. */
  readonly path: string;
  /** What. */
  readonly bytes: Uint8Array;
  /** Permission bits. */
  readonly mode: number;
  /** Called as bytes leave. */
  readonly onProgress?: ((sentBytes: number, totalBytes: number) => void) | undefined;
}

/** A conversation with the phone's `sync:` service. */
export class SyncClient implements AsyncDisposable {
  readonly #socket: AdbSocket;
  readonly #reader: BufferedReadableStream;
  readonly #writer;

  /** A client on a socket of the service, which it then owns. */
  constructor(socket: AdbSocket) {
    this.#socket = socket;
    this.#reader = new BufferedReadableStream(socket.readable);
    this.#writer = socket.writable.getWriter();
  }

  async #header(): Promise<{ readonly name: string; readonly value: number }> {
    const bytes = await this.#reader.readExactly(8);
    const value = new DataView(bytes.buffer, bytes.byteOffset, 8).getUint32(4, true);
    return { name: decoder.decode(bytes.subarray(0, 4)), value };
  }

  /** Throws what the phone says is wrong. */
  async #fail(length: number, doing: string): Promise<never> {
    const reason = decoder.decode(await this.#reader.readExactly(length));
    throw new AdbError(adbCodeOf(reason), `Cannot ${doing} as the phone says: ${reason}`, { data: { reason } });
  }

  async #answer(doing: string): Promise<void> {
    const { name, value } = await this.#header();
    if (name === "FAIL") return this.#fail(value, doing);
    if (name !== "OKAY") throw new AdbError("ADB_PROTOCOL", `Cannot ${doing} as the answer is no OKAY: got ${name}`);
  }

  /** Writes a file. A phone that refuses says so at once, so its answer is awaited while data is still on its way. */
  async send({ path, bytes, mode, onProgress }: SyncFile): Promise<void> {
    let answered = false;
    const answer = this.#answer(`push to ${path}`).finally(() => answered = true);
    answer.catch(() => {});
    try {
      const target = encoder.encode(`${path},${0o100000 | mode}`);
      await this.#writer.write(message("SEND", target.length, target));
      for (let start = 0; start < bytes.length && !answered; start += CHUNK) {
        const chunk = bytes.subarray(start, start + CHUNK);
        await this.#writer.write(message("DATA", chunk.length, chunk));
        onProgress?.(start + chunk.length, bytes.length);
      }
      if (!answered) await this.#writer.write(message("DONE", Math.floor(Date.now() / 1000)));
    } catch (cause) {
      await answer; // a refusal closes the stream that is being written: what it said is the better error
      throw cause;
    }
    await answer;
  }

  /** Reads a file. */
  async receive(path: string): Promise<Uint8Array> {
    const target = encoder.encode(path);
    await this.#writer.write(message("RECV", target.length, target));
    const parts: Uint8Array<ArrayBuffer>[] = [];
    for (;;) {
      const { name, value } = await this.#header();
      if (name === "DONE") return new Uint8Array(await new Blob(parts).arrayBuffer());
      if (name === "FAIL") return this.#fail(value, `pull ${path}`);
      if (name !== "DATA") throw new AdbError("ADB_PROTOCOL", `Cannot pull ${path} as data must follow: got ${name}`);
      parts.push(new Uint8Array(await this.#reader.readExactly(value)));
    }
  }

  /** Ends the conversation. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#socket.close();
  }
}
