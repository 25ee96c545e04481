/** Sockets to an adb server for Tango's client. */
import type { AdbServerClient } from "npm:@yume-chan/adb@2.6.4";
import { MaybeConsumable, ReadableStream } from "npm:@yume-chan/stream-extra@2.6.1";

/** Where an adb server listens. */
export interface ServerAddress {
  /** A name or an address. */
  readonly host: string;
  /** 5037, unless ANDROID_ADB_SERVER_PORT names another. */
  readonly port: number;
}

/** The bytes that arrive until either side ends the connection. */
function incoming(connection: Deno.TcpConn, ended: () => void): ReadableStream<Uint8Array> {
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      const buffer = new Uint8Array(64 * 1024);
      const count = await connection.read(buffer).catch(() => null); // closed here, or reset there: both are its end
      if (count !== null) return controller.enqueue(buffer.subarray(0, count));
      controller.close();
      ended();
    },
    cancel: ended,
  }, { highWaterMark: 0 });
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** One socket. */
async function connect(
  { host, port }: ServerAddress,
  { unref, signal }: AdbServerClient.ServerConnectionOptions = {},
): Promise<AdbServerClient.ServerConnection> {
  const connection = await Deno.connect({ hostname: host, port });
  connection.setNoDelay(true);
  if (unref) connection.unref();
  const { promise: closed, resolve } = Promise.withResolvers<undefined>();
  let open = true;
  const close = (): void => {
    if (open) connection.close();
    open = false;
    resolve(undefined);
  };
  (signal as AbortSignal | undefined)?.addEventListener("abort", close);
  return {
    readable: incoming(connection, close),
    writable: new MaybeConsumable.WritableStream<Uint8Array>({ write: (bytes) => writeAll(connection, bytes) }),
    closed,
    close,
  };
}

/** A connector to the server at an address. It opens no tunnels: Tango's would listen on all interfaces. */
export function serverConnector(address: ServerAddress): AdbServerClient.ServerConnector {
  const none = (): never => {
    throw new TypeError("Cannot open a tunnel as this connector has none");
  };
  return {
    connect: (options) => connect(address, options),
    addReverseTunnel: none,
    removeReverseTunnel: none,
    clearReverseTunnels: none,
  };
}
