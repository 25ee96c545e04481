/** ADB's packets over anything that carries bytes: 24 bytes of header, then a payload (protocol.txt of AOSP's adb). */
import type { AdbDaemonConnection, AdbPacketData, AdbPacketInit } from "npm:@yume-chan/adb@2.6.4";
import { Consumable, ReadableStream } from "npm:@yume-chan/stream-extra@2.6.1";

/** The bytes of a packet's header. */
export const HEADER_BYTES = 24;

/** What carries packets: a TCP connection, or two USB endpoints. */
export interface Wire {
  /** The next header; undefined at the end. */
  readHeader(): Promise<Uint8Array | undefined>;
  /** The payload after it; undefined at the end. */
  readPayload(length: number): Promise<Uint8Array | undefined>;
  /** Sends a header, or a payload. */
  write(bytes: Uint8Array): Promise<void>;
  /** Ends it; reads that wait end too. May be called twice. */
  close(): Promise<void>;
}

function encodeHeader({ command, arg0, arg1, payload, checksum, magic }: AdbPacketInit): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEADER_BYTES));
  const fields = [command, arg0, arg1, payload.length, checksum, magic];
  fields.forEach((field, index) => view.setUint32(4 * index, field >>> 0, true));
  return new Uint8Array(view.buffer);
}

async function readPacket(wire: Wire): Promise<AdbPacketData | undefined> {
  const header = await wire.readHeader();
  if (!header) return undefined;
  const view = new DataView(header.buffer, header.byteOffset, HEADER_BYTES);
  const [command, arg0, arg1, length, , magic] = [0, 4, 8, 12, 16, 20].map((offset) => view.getUint32(offset, true));
  if (magic !== (command! ^ 0xffffffff) >>> 0) {
    throw new Error(`Connection closed as a packet has a bad magic: ${magic}`);
  }
  const payload = length === 0 ? new Uint8Array() : await wire.readPayload(length!);
  return payload && { command: command!, arg0: arg0!, arg1: arg1!, payload };
}

/**
 * A wire as the streams that Tango's daemon transport works on. A write that fails ends the reading side, which is where
 * Tango learns that a phone is gone: an error on the writing side would reach promises that it never awaits.
 */
export function packetStreams(wire: Wire): AdbDaemonConnection {
  let failure: unknown;
  return {
    readable: new ReadableStream<AdbPacketData>({
      async pull(controller) {
        const packet = await readPacket(wire);
        if (packet) controller.enqueue(packet);
        else if (failure) controller.error(failure);
        else controller.close();
      },
      cancel: () => wire.close(),
    }, { highWaterMark: 0 }),
    writable: new Consumable.WritableStream<AdbPacketInit>({
      async write(packet) {
        if (failure) return;
        try {
          await wire.write(encodeHeader(packet));
          if (packet.payload.length > 0) await wire.write(packet.payload);
        } catch (cause) {
          failure = cause;
          await wire.close();
        }
      },
      close: () => wire.close(),
      abort: () => wire.close(),
    }),
  };
}
