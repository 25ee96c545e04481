/** A phone's daemon over TCP, without an adb server. */
import { AdbError } from "./errors.ts";
import { HEADER_BYTES, type Wire } from "./packets.ts";

/** Where a daemon listens. */
export interface TcpAddress {
  /** A name or an address. */
  readonly host: string;
  /** 5555, unless the phone was told another. */
  readonly port: number;
}

class TcpWire implements Wire {
  readonly #connection: Deno.TcpConn;
  #closed = false;

  constructor(connection: Deno.TcpConn) {
    this.#connection = connection;
  }

  async #read(length: number): Promise<Uint8Array | undefined> {
    const bytes = new Uint8Array(length);
    for (let at = 0; at < length;) {
      const count = await this.#connection.read(bytes.subarray(at)).catch((error) => {
        if (this.#closed) return null;
        throw error;
      });
      if (count === null) return undefined;
      at += count;
    }
    return bytes;
  }

  readHeader(): Promise<Uint8Array | undefined> {
    return this.#read(HEADER_BYTES);
  }

  readPayload(length: number): Promise<Uint8Array | undefined> {
    return this.#read(length);
  }

  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) at += await this.#connection.write(bytes.subarray(at));
  }

  close(): Promise<void> {
    if (!this.#closed) this.#connection.close();
    this.#closed = true;
    return Promise.resolve();
  }
}

/** Connects to a daemon. Throws AdbError (NO_DEVICE). */
export async function connectTcp({ host, port }: TcpAddress): Promise<Wire> {
  try {
    const connection = await Deno.connect({ hostname: host, port });
    connection.setNoDelay(true);
    return new TcpWire(connection);
  } catch (cause) {
    const message = `Cannot connect as nothing listens for adb there: got ${host}:${port}`;
    throw new AdbError("NO_DEVICE", message, { cause, data: { host, port } });
  }
}
