/**
 * Event files that TensorBoard reads: records of TensorFlow's TFRecord form (length, data, a checksum of each), each an
 * `Event` message. Field numbers are those of TensorFlow's event.proto and summary.proto (Apache-2.0).
 */
import { BinaryWriter } from "npm:@bufbuild/protobuf@2.17.0/wire";
import crc32c from "npm:crc-32@1.2.2/crc32c.js";
import { hostName } from "../process.ts";

/** Numbers by tag, such as `loss/train`. */
export type Scalars = Readonly<Record<string, number>>;

/** TFRecord's masked checksum. */
function checksum(bytes: Uint8Array): number {
  const sum = crc32c.buf(bytes) >>> 0;
  return (((sum >>> 15) | (sum << 17)) + 0xa282ead8) >>> 0;
}

/** Data as a record. */
function record(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(12 + data.length + 4), view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, checksum(bytes.subarray(0, 8)), true);
  bytes.set(data, 12);
  view.setUint32(12 + data.length, checksum(data), true);
  return bytes;
}

const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

/** An event at a step; `add` writes what it says. */
function event(step: number, add: (writer: BinaryWriter) => void): Uint8Array<ArrayBuffer> {
  const writer = new BinaryWriter();
  writer.tag(1, WIRE.fixed64).double(Date.now() / 1000);
  writer.tag(2, WIRE.varint).int64(step);
  add(writer);
  return record(writer.finish());
}

/** `Summary.Value`s: a tag (1) and a simple value (2) each. */
function addSummary(writer: BinaryWriter, scalars: Scalars): void {
  writer.tag(5, WIRE.bytes).fork();
  for (const [tag, value] of Object.entries(scalars)) {
    writer.tag(1, WIRE.bytes).fork();
    writer.tag(1, WIRE.bytes).string(tag).tag(2, WIRE.fixed32).float(value);
    writer.join();
  }
  writer.join();
}

/** `SessionLog.SessionStatus.START`: readers forget what an earlier file has from this step on. */
const SESSION_START = 1;

/** Numbers of a file's name, so that two sessions that begin in one second have files of their own. */
let opened = 0;

/**
 * A new event file in a directory. TensorBoard shows all files of a directory as one run; where a continued training begins
 * at an earlier step than the last file ended, what that file says of later steps is dropped.
 */
export class EventFile implements Disposable {
  /** Where it is. */
  readonly path: string;
  readonly #file: Deno.FsFile;

  /** Makes the file. Throws Deno's errors. */
  constructor(directory: string, { step }: { readonly step: number }) {
    const seconds = `${Math.floor(Date.now() / 1000)}`.padStart(10, "0");
    this.path = `${directory}/events.out.tfevents.${seconds}.${
      hostName().replaceAll("/", "_")
    }.${Deno.pid}.${opened++}`;
    this.#file = Deno.openSync(this.path, { write: true, createNew: true });
    this.#write(event(0, (writer) => writer.tag(3, WIRE.bytes).string("brain.Event:2")));
    this.#write(event(step, (writer) => {
      writer.tag(7, WIRE.bytes).fork().tag(1, WIRE.varint).int32(SESSION_START).join();
    }));
  }

  /** Appends numbers of a step. Throws Deno's errors. */
  add(step: number, scalars: Scalars): void {
    this.#write(event(step, (writer) => addSummary(writer, scalars)));
  }

  #write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length;) done += this.#file.writeSync(bytes.subarray(done));
  }

  /** Closes the file. */
  [Symbol.dispose](): void {
    this.#file.close();
  }
}
