/** The service `sync:`: files to and from the phone. */
import type { Phone } from "./phone.ts";
import type { PhoneStream } from "./stream.ts";

const encoder = new TextEncoder(), decoder = new TextDecoder();
const CHUNK = 64 * 1024;

function message(name: string, ...words: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(4 + 4 * words.length);
  bytes.set(encoder.encode(name));
  words.forEach((word, index) => new DataView(bytes.buffer).setUint32(4 + 4 * index, word, true));
  return bytes;
}

/** A request or a piece of data: its name and its number. */
async function header(stream: PhoneStream): Promise<{ readonly name: string; readonly value: number } | undefined> {
  const bytes = await stream.read(8);
  return bytes &&
    { name: decoder.decode(bytes.subarray(0, 4)), value: new DataView(bytes.buffer).getUint32(4, true) };
}

async function fail(stream: PhoneStream, reason: string): Promise<void> {
  const text = encoder.encode(reason);
  await stream.write(message("FAIL", text.length));
  await stream.write(text);
}

/** Why the phone takes no such file, in adbd's words. */
function refusal(phone: Phone, path: string): string | undefined {
  if (path.startsWith("/system")) return "couldn't create file: Read-only file system";
  return phone.faults.diskFull ? "write failed: No space left on device" : undefined;
}

/** Takes a file; one that is refused is refused at its first bytes, and the rest is read and dropped. */
async function receive(stream: PhoneStream, phone: Phone, target: string): Promise<void> {
  const comma = target.lastIndexOf(",");
  const path = target.slice(0, comma), mode = Number(target.slice(comma + 1)) & 0o777;
  const reason = refusal(phone, path);
  const parts: Uint8Array<ArrayBuffer>[] = [];
  let refused = false;
  for (;;) {
    const next = await header(stream);
    if (!next) return;
    if (next.name === "DONE") break;
    parts.push((await stream.read(next.value))!);
    if (reason && !refused) await fail(stream, reason);
    refused = reason !== undefined;
  }
  if (reason) return;
  if (phone.faults.damagePushes) parts[0]![0]! ^= 1;
  await phone.writeFile(path, new Uint8Array(await new Blob(parts).arrayBuffer()), mode);
  await stream.write(message("OKAY", 0));
}

async function send(stream: PhoneStream, phone: Phone, path: string): Promise<void> {
  const bytes = await phone.readFile(path).catch(() => undefined);
  if (!bytes) return fail(stream, "open failed: No such file or directory");
  for (let start = 0; start < bytes.length; start += CHUNK) {
    const chunk = bytes.subarray(start, start + CHUNK);
    await stream.write(message("DATA", chunk.length));
    await stream.write(chunk);
  }
  await stream.write(message("DONE", 0));
}

async function stat(stream: PhoneStream, phone: Phone, path: string): Promise<void> {
  const { mode, size } = await phone.stat(path);
  await stream.write(message("STAT", mode, size, 0));
}

/** `LST2` and `STA2`: 72 bytes with an errno, the mode and a 64-bit size. */
async function stat2(stream: PhoneStream, phone: Phone, [name, path]: readonly [string, string]): Promise<void> {
  const { mode, size } = await phone.stat(path);
  const bytes = new Uint8Array(72), view = new DataView(bytes.buffer);
  bytes.set(encoder.encode(name));
  view.setUint32(4, mode === 0 ? 2 : 0, true);
  view.setUint32(24, mode, true);
  view.setBigUint64(40, BigInt(size), true);
  await stream.write(bytes);
}

/** Answers requests until the host quits. */
export async function serveSync(stream: PhoneStream, phone: Phone): Promise<void> {
  for (;;) {
    const request = await header(stream);
    if (!request || request.name === "QUIT") return stream.close();
    const path = decoder.decode(await stream.read(request.value));
    if (request.name === "SEND") await receive(stream, phone, path);
    else if (request.name === "RECV") await send(stream, phone, path);
    else if (request.name === "STAT") await stat(stream, phone, path);
    else if (request.name === "LST2" || request.name === "STA2") await stat2(stream, phone, [request.name, path]);
    else return fail(stream, `unknown request ${request.name}`);
  }
}
