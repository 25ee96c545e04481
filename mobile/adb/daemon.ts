/** The handshake with a phone's daemon: it sends a token, and takes it signed with a key that its user allowed. */
import {
  Adb,
  type AdbAuthenticator,
  AdbDaemonTransport,
  AdbPublicKeyAuthenticator,
  AdbSignatureAuthenticator,
} from "npm:@yume-chan/adb@2.6.4";
import { AdbError, toAdbError } from "./errors.ts";
import { type KeyOptions, loadKeys } from "./keys.ts";
import { packetStreams, type Wire } from "./packets.ts";

/** How to shake hands. */
export interface HandshakeOptions extends KeyOptions {
  /** How long to wait for the user's tap on Allow, ms: the phone itself waits for ever. Default 60,000. */
  readonly authorizationMs?: number;
  /** Called when the phone begins to ask its user. */
  readonly onAuthorizationAsked?: () => void;
}

/** Settles as `work` does, or rejects with what `late` makes when `ms` have passed. */
async function within<T>(work: Promise<T>, ms: number, late: () => Error): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(late()), ms);
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
  }
}

/** A connection that ended before it began: the daemon takes one client at a time. */
function refused(cause: unknown, serial: string): AdbError {
  const error = toAdbError(cause, `connect to ${serial}`);
  return error.code === "DEVICE_LOST"
    ? new AdbError("DEVICE_BUSY", `Cannot connect to ${serial} as the phone ends the connection at once`, { cause })
    : error;
}

/** Shakes hands over a wire, which is closed where that fails. Throws AdbError (DEVICE_UNAUTHORIZED, DEVICE_BUSY, KEY_…). */
export async function shakeHands(wire: Wire, serial: string, options: HandshakeOptions = {}): Promise<Adb> {
  const limitMs = options.authorizationMs ?? 60_000;
  let asked = false;
  const asking: AdbAuthenticator = (store, nextRequest) => {
    asked = true;
    options.onAuthorizationAsked?.();
    return AdbPublicKeyAuthenticator(store, nextRequest);
  };
  try {
    const keys = await loadKeys(options);
    const work = AdbDaemonTransport.authenticate({
      serial,
      connection: packetStreams(wire),
      credentialStore: { generateKey: () => keys[0]!, iterateKeys: () => keys },
      authenticators: [AdbSignatureAuthenticator, asking],
    });
    work.catch(() => {});
    const late = () =>
      asked
        ? new AdbError("DEVICE_UNAUTHORIZED", `Cannot use ${serial} as nobody tapped Allow within ${limitMs / 1000} s`)
        : new AdbError("DEVICE_OFFLINE", `Cannot use ${serial} as it does not answer within ${limitMs / 1000} s`);
    return new Adb(await within(work, limitMs, late));
  } catch (cause) {
    await wire.close();
    throw refused(cause, serial);
  }
}
