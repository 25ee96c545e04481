/** One stream of a connection, at the phone's end. */
import { COMMAND, MAX_PAYLOAD, type Packet } from "./packets.ts";

/** A stream between a host and a service: bytes in both directions, one unacknowledged packet at a time. */
export class PhoneStream {
  readonly local: number;
  readonly remote: number;
  readonly #send: (packet: Packet) => Promise<void>;
  #received = new Uint8Array();
  #arrived = Promise.withResolvers<void>();
  #acknowledged = Promise.withResolvers<void>();
  #open = true;

  constructor(ids: { readonly local: number; readonly remote: number }, send: (packet: Packet) => Promise<void>) {
    this.local = ids.local;
    this.remote = ids.remote;
    this.#send = send;
  }

  #packet(command: number, payload: Uint8Array = new Uint8Array()): Promise<void> {
    return this.#send({ command, first: this.local, second: this.remote, payload });
  }

  /** Tells the host that the stream is open, or that its last packet was taken. */
  okay(): Promise<void> {
    return this.#packet(COMMAND.okay);
  }

  /** Sends bytes, each packet once the one before is acknowledged. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let start = 0; start < bytes.length && this.#open; start += MAX_PAYLOAD) {
      this.#acknowledged = Promise.withResolvers();
      await this.#packet(COMMAND.write, bytes.subarray(start, start + MAX_PAYLOAD));
      await this.#acknowledged.promise;
    }
  }

  /** The next bytes; undefined where the host has ended the stream. */
  async read(length: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
    while (this.#received.length < length) {
      if (!this.#open) return undefined;
      await this.#arrived.promise;
    }
    const bytes = this.#received.slice(0, length);
    this.#received = this.#received.slice(length);
    return bytes;
  }

  /** Ends the stream from this side. */
  async close(): Promise<void> {
    if (this.#open) await this.#packet(COMMAND.close);
    this.ended();
  }

  /** Bytes came. */
  async arrived(bytes: Uint8Array): Promise<void> {
    const all = new Uint8Array(this.#received.length + bytes.length);
    all.set(this.#received);
    all.set(bytes, this.#received.length);
    this.#received = all;
    this.#arrived.resolve();
    this.#arrived = Promise.withResolvers();
    await this.okay();
  }

  /** The host took the last packet. */
  acknowledge(): void {
    this.#acknowledged.resolve();
  }

  /** The host, or the connection, has ended it. */
  ended(): void {
    this.#open = false;
    this.#arrived.resolve();
    this.#acknowledged.resolve();
  }
}
