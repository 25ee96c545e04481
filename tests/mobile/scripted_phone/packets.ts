/** ADB's packets as the phone's side reads and writes them. */

/** Commands, as 32-bit words. */
export const COMMAND = {
  connect: 0x4e584e43,
  auth: 0x48545541,
  open: 0x4e45504f,
  okay: 0x59414b4f,
  write: 0x45545257,
  close: 0x45534c43,
} as const;

/** The largest payload that the phone takes. */
export const MAX_PAYLOAD = 1 << 20;

/** A packet. */
export interface Packet {
  readonly command: number;
  readonly first: number;
  readonly second: number;
  readonly payload: Uint8Array;
}

/** Reads exactly that many bytes; throws where the connection ends. */
export async function readExactly(connection: Deno.Conn, length: number): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length;) {
    const count = await connection.read(bytes.subarray(at));
    if (count === null) throw new Error("the connection ended");
    at += count;
  }
  return bytes;
}

/** Writes all bytes. */
export async function writeAll(connection: Deno.Conn, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.length;) at += await connection.write(bytes.subarray(at));
}

/** Reads a packet; throws for a bad magic. */
export async function readPacket(connection: Deno.Conn): Promise<Packet> {
  const view = new DataView((await readExactly(connection, 24)).buffer);
  const [command, first, second, length, , magic] = [0, 4, 8, 12, 16, 20].map((at) => view.getUint32(at, true));
  if (magic !== (command! ^ 0xffffffff) >>> 0) throw new Error(`bad magic ${magic}`);
  return { command: command!, first: first!, second: second!, payload: await readExactly(connection, length!) };
}

/** A packet's bytes, with the checksum that old hosts want. */
export function encodePacket({ command, first, second, payload }: Packet): Uint8Array {
  const bytes = new Uint8Array(24 + payload.length);
  const view = new DataView(bytes.buffer);
  const sum = payload.reduce((total, byte) => total + byte, 0);
  const fields = [command, first, second, payload.length, sum, ~command];
  fields.forEach((field, index) => view.setUint32(4 * index, field >>> 0, true));
  bytes.set(payload, 24);
  return bytes;
}
