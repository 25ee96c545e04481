/**
 * The phone's side of adb, after protocol.txt, SERVICES.TXT and SYNC.TXT of the Android Open Source Project: a daemon on
 * 127.0.0.1 that Debian's `adb` takes for a phone. Like a phone's, it lets a command live on when its stream is closed.
 */
import { randomBytes } from "node:crypto";
import { parsePublicKey, signs } from "./android_key.ts";
import { COMMAND, encodePacket, MAX_PAYLOAD, type Packet, readPacket, writeAll } from "./packets.ts";
import type { Phone } from "./phone.ts";
import { serveShell } from "./shell_service.ts";
import { PhoneStream } from "./stream.ts";
import { serveSync } from "./sync_service.ts";

const VERSION = 0x01000001;
const AUTH = { token: 1, signature: 2, publicKey: 3 } as const;
const encoder = new TextEncoder(), decoder = new TextDecoder();

/** One host's connection. */
class Connection {
  readonly #connection: Deno.Conn;
  readonly #phone: Phone;
  readonly #streams = new Map<number, PhoneStream>();
  #sending: Promise<unknown> = Promise.resolve();
  #token = randomBytes(20);
  #next = 1;

  constructor(connection: Deno.Conn, phone: Phone) {
    this.#connection = connection;
    this.#phone = phone;
  }

  /** Sends packets one after another. */
  readonly #send = (packet: Packet): Promise<void> => {
    const sent = this.#sending.then(() => writeAll(this.#connection, encodePacket(packet)));
    this.#sending = sent.catch(() => {}); // the reading side notices that the connection has ended
    return this.#sending.then(() => {});
  };

  #banner(): Promise<void> {
    const { model, product, features } = this.#phone;
    const text = `device::ro.product.name=${product};ro.product.model=${model};ro.product.device=${product};features=`;
    const payload = encoder.encode(text + features);
    return this.#send({ command: COMMAND.connect, first: VERSION, second: MAX_PAYLOAD, payload });
  }

  #challenge(): Promise<void> {
    this.#token = randomBytes(20);
    return this.#send({ command: COMMAND.auth, first: AUTH.token, second: 0, payload: this.#token });
  }

  /** A signature by an allowed key opens the phone; a key that is offered makes it ask its user. */
  async #authenticate({ first, payload }: Packet): Promise<void> {
    if (first === AUTH.signature) {
      const known = [...this.#phone.allowedKeys].some((key) => signs(parsePublicKey(key), this.#token, payload));
      return known ? this.#banner() : this.#challenge();
    }
    if (first === AUTH.publicKey && await this.#phone.askUser(decoder.decode(payload).replace(/\0$/, ""))) {
      await this.#banner();
    }
  }

  async #open({ first, payload }: Packet): Promise<void> {
    const service = decoder.decode(payload).replace(/\0$/, "");
    const serve = service === "sync:" ? serveSync : service.startsWith("shell,v2") ? serveShell : undefined;
    if (!serve) return this.#send({ command: COMMAND.close, first: 0, second: first, payload: new Uint8Array() });
    const stream = new PhoneStream({ local: this.#next++, remote: first }, this.#send);
    this.#streams.set(stream.local, stream);
    await stream.okay();
    serve(stream, this.#phone, service).catch(() => stream.close());
  }

  async #handle(packet: Packet): Promise<void> {
    if (this.#phone.faults.deaf) return;
    const stream = this.#streams.get(packet.second);
    switch (packet.command) {
      case COMMAND.connect:
        if (this.#phone.faults.silent) return;
        return this.#phone.secure ? this.#challenge() : this.#banner();
      case COMMAND.auth:
        return this.#authenticate(packet);
      case COMMAND.open:
        return this.#open(packet);
      case COMMAND.okay:
        return stream?.acknowledge();
      case COMMAND.write:
        return stream?.arrived(packet.payload);
      case COMMAND.close:
        this.#streams.delete(packet.second);
        await stream?.close();
    }
  }

  /** Serves until either side ends the connection. */
  async serve(): Promise<void> {
    try {
      for (;;) {
        const packet = await readPacket(this.#connection);
        this.#phone.receivedBytes += packet.payload.length;
        if (this.#phone.faults.unplugAfterBytes! <= this.#phone.receivedBytes) return;
        await this.#handle(packet);
      }
    } catch {
      // the host has gone
    } finally {
      this.#streams.forEach((stream) => stream.ended());
      this.close();
    }
  }

  close(): void {
    try {
      this.#connection.close();
    } catch {
      // closed already
    }
  }
}

/** A daemon that serves a phone until it is disposed. */
export class Adbd implements AsyncDisposable {
  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections = new Set<Connection>();
  readonly #serving: Promise<void>;

  constructor(phone: Phone) {
    this.#serving = this.#accept(phone);
  }

  /** The port on 127.0.0.1. */
  get port(): number {
    return this.#listener.addr.port;
  }

  async #accept(phone: Phone): Promise<void> {
    for await (const connection of this.#listener) {
      const served = new Connection(connection, phone);
      this.#connections.add(served);
      served.serve().finally(() => this.#connections.delete(served));
    }
  }

  /** Ends every connection, as pulling the cable does; new ones are still taken. */
  unplug(): void {
    for (const connection of this.#connections) connection.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    this.unplug();
    await this.#serving;
  }
}
