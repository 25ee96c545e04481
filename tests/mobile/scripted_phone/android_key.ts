/** The keys of hosts: Android's own form of an RSA public key, and what a host signs with the private one. */
import { constants, createPublicKey, type KeyObject, publicDecrypt } from "node:crypto";
import { Buffer } from "node:buffer";

/** Offsets in Android's structure for keys of 2,048 bits: words, n0inv, modulus and R² (little-endian), exponent. */
const MODULUS_AT = 8, MODULUS_BYTES = 256, EXPONENT_AT = 520;

/** A public key from the text that a host offers: base64 of the structure, a blank, a name. */
export function parsePublicKey(text: string): KeyObject {
  const bytes = Buffer.from(text.split(" ")[0]!, "base64");
  const modulus = Buffer.from(bytes.subarray(MODULUS_AT, MODULUS_AT + MODULUS_BYTES)).reverse();
  const exponent = Buffer.alloc(4);
  exponent.writeUInt32BE(bytes.readUInt32LE(EXPONENT_AT));
  const key = { kty: "RSA", n: modulus.toString("base64url"), e: exponent.subarray(1).toString("base64url") };
  return createPublicKey({ key, format: "jwk" });
}

/** Whether a signature is that of a token (20 bytes that stand for a SHA-1 digest) by a key's owner. */
export function signs(key: KeyObject, token: Uint8Array, signature: Uint8Array): boolean {
  try {
    const digest = publicDecrypt({ key, padding: constants.RSA_PKCS1_PADDING }, signature);
    return Buffer.from(token).equals(digest.subarray(-token.length));
  } catch {
    return false; // signed with another key
  }
}
