/** Reads a range of bytes from its start to its end, through a window that moves over the file. */
import { type ByteSource, refuse } from "./byte_source.ts";

const WINDOW_BYTES = 65_536;

/** A place in a range of bytes, which moves on with every read. */
export class ByteCursor {
  /** What it reads from. */
  readonly source: ByteSource;
  readonly #end: number;
  #window = new Uint8Array(0);
  #windowStart: number;
  #at = 0;

  /** A cursor at the start of the range. */
  constructor(source: ByteSource, { start, end }: { readonly start: number; readonly end: number }) {
    this.source = source;
    this.#end = end;
    this.#windowStart = start;
  }

  /** The next byte's position in the source. */
  get position(): number {
    return this.#windowStart + this.#at;
  }

  /** The next byte. Throws CheckpointError `truncated` at the end. */
  byte(): number {
    return this.take(1)[0]!;
  }

  /**
   * The next bytes, which are overwritten by later reads. Throws CheckpointError `truncated` where fewer are left, before
   * anything is allocated.
   */
  take(count: number): Uint8Array<ArrayBuffer> {
    if (this.#at + count > this.#window.length) this.#fill(count);
    this.#at += count;
    return this.#window.subarray(this.#at - count, this.#at);
  }

  /** The next bytes as numbers. */
  view(count: number): DataView {
    const { buffer, byteOffset } = this.take(count);
    return new DataView(buffer, byteOffset, count);
  }

  /** The bytes before the next line feed, as text; the line feed is skipped. At most `longest` bytes. */
  line(longest: number): string {
    let text = "";
    for (let byte = this.byte(); byte !== 10; byte = this.byte()) {
      if (text.length === longest) {
        refuse(this.source, "too-large", `a line ends within ${longest} bytes: got more at byte ${this.position}`);
      }
      text += String.fromCharCode(byte);
    }
    return text;
  }

  #fill(count: number): void {
    const start = this.position, left = this.#end - start;
    if (count > left) refuse(this.source, "truncated", `${count} bytes follow byte ${start}: got ${Math.max(0, left)}`);
    this.#window = new Uint8Array(Math.min(left, Math.max(count, WINDOW_BYTES)));
    this.source.read(start, this.#window);
    this.#windowStart = start;
    this.#at = 0;
  }
}
