/** The RSA keys by which a phone knows this machine: `~/.android/adbkey`, and those that ADB_VENDOR_KEYS names. */
import { isMissing } from "../../core/io/files/error.ts";
import { readText } from "../../core/io/files/read.ts";
import { replaceFile } from "../../core/io/files/write.ts";
import { hostName } from "../../core/io/process.ts";
import { AdbError } from "./errors.ts";

/** A private key. */
export interface AdbKey {
  /** PKCS#8, DER. */
  readonly buffer: Uint8Array;
  /** What the phone shows and remembers it by. */
  readonly name: string;
}

/** Where adb keeps its key: below ANDROID_USER_HOME, ANDROID_SDK_HOME or HOME, as adb looks for it. */
export function defaultKeyPath(): string {
  const android = Deno.env.get("ANDROID_USER_HOME");
  return android ? `${android}/adbkey` : `${Deno.env.get("ANDROID_SDK_HOME") ?? Deno.env.get("HOME")}/.android/adbkey`;
}

/** The files that may hold keys, the user's own first. */
function keyPaths(own: string): readonly string[] {
  return [own, ...(Deno.env.get("ADB_VENDOR_KEYS") ?? "").split(":").filter((path) => path !== "")];
}

/** Bytes of an RSA key of 2,048 bits in PKCS#8 are 1,216 to 1,219. */
const PLAUSIBLE_BYTES = { least: 1190, most: 1230 } as const;

/** The DER bytes in a PEM file. Throws AdbError (KEY_INVALID). */
export function parseKey(pem: string, path: string): Uint8Array {
  const body = /-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\s]+)-----END PRIVATE KEY-----/.exec(pem)?.[1];
  const bytes = body ? Uint8Array.from(atob(body.replace(/\s/g, "")), (char) => char.charCodeAt(0)) : new Uint8Array();
  if (bytes.length >= PLAUSIBLE_BYTES.least && bytes.length <= PLAUSIBLE_BYTES.most && bytes[0] === 0x30) return bytes;
  throw new AdbError("KEY_INVALID", `Cannot read an adb key as it is no RSA key of 2,048 bits in PEM: got ${path}`);
}

async function readKey(path: string): Promise<AdbKey | undefined> {
  try {
    return { buffer: parseKey(await readText(path, "record"), path), name: `zennas@${hostName()}` };
  } catch (cause) {
    if (isMissing(cause)) return undefined;
    if (cause instanceof AdbError) throw cause;
    throw new AdbError("KEY_PERMISSIONS", `Cannot read an adb key as the system refuses: got ${path}`, { cause });
  }
}

/** Makes a key that only its owner can read. */
export async function createKey(path: string): Promise<void> {
  const algorithm = {
    name: "RSASSA-PKCS1-v1_5",
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: "SHA-1",
  };
  const { privateKey } = await crypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);
  const der = new Uint8Array(await crypto.subtle.exportKey("pkcs8", privateKey));
  const lines = btoa(String.fromCharCode(...der)).match(/.{1,64}/g)!;
  await Deno.mkdir(path.replace(/\/[^/]*$/, "") || "/", { recursive: true });
  const pem = `-----BEGIN PRIVATE KEY-----\n${lines.join("\n")}\n-----END PRIVATE KEY-----\n`;
  replaceFile(path, pem, { mode: 0o600 });
}

/** How to find keys. */
export interface KeyOptions {
  /** The user's own key file. Default {@link defaultKeyPath}. */
  readonly keyPath?: string;
  /** Whether to make one where there is none. */
  readonly createKey?: boolean;
}

/** All keys that there are, the user's own first. Throws AdbError (KEY_MISSING, KEY_INVALID, KEY_PERMISSIONS). */
export async function loadKeys(options: KeyOptions = {}): Promise<readonly AdbKey[]> {
  const own = options.keyPath ?? defaultKeyPath();
  const read = async () => (await Promise.all(keyPaths(own).map(readKey))).filter((key) => key !== undefined);
  const keys = await read();
  if (keys.length > 0) return keys;
  if (!options.createKey) {
    throw new AdbError("KEY_MISSING", `Cannot speak to a phone directly as there is no adb key: got ${own}`);
  }
  await createKey(own);
  return read();
}
