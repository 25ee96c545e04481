/** Writes pickles of protocol 2, the one that PyTorch writes. */

/** A growing pickle. */
export class PickleWriter {
  readonly #parts: Uint8Array[] = [Uint8Array.of(0x80, 2)];

  /** Opcodes without arguments, by their letters. */
  codes(letters: string): this {
    return this.#add(new TextEncoder().encode(letters));
  }

  /** A name of Python code. */
  global(module: string, name: string): this {
    return this.codes(`c${module}\n${name}\n`);
  }

  /** A string. */
  text(text: string): this {
    const bytes = new TextEncoder().encode(text);
    return this.codes("X").#add(new Uint8Array(Uint32Array.of(bytes.length).buffer)).#add(bytes);
  }

  /** An integer from 0 to 2^53. */
  integer(value: number): this {
    if (value < 2 ** 31) return this.codes("J").#add(new Uint8Array(Int32Array.of(value).buffer));
    return this.#add(Uint8Array.of(0x8a, 8)).#add(new Uint8Array(BigInt64Array.of(BigInt(value)).buffer));
  }

  /** A tuple of integers. */
  integers(values: readonly number[]): this {
    this.codes("(");
    values.forEach((value) => this.integer(value));
    return this.codes("t");
  }

  /** The boolean false. */
  false(): this {
    return this.#add(Uint8Array.of(0x89));
  }

  /** Ends the pickle; returns its bytes. */
  end(): Uint8Array<ArrayBuffer> {
    this.codes(".");
    const bytes = new Uint8Array(this.#parts.reduce((sum, { length }) => sum + length, 0));
    let filled = 0;
    for (const part of this.#parts) {
      bytes.set(part, filled);
      filled += part.length;
    }
    return bytes;
  }

  #add(bytes: Uint8Array): this {
    this.#parts.push(bytes);
    return this;
  }
}
