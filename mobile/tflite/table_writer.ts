/** Writes FlatBuffers tables and vectors in the forms that models use. */
import { Builder, type Offset } from "flatbuffers";
import type { OperatorOptions } from "./model.ts";
import { type Field, fieldCounts, optionTables, type slots } from "./schema.ts";

/** Alignment of constants in bytes, because kernels read them directly from the file. */
const DATA_ALIGNMENT = 16;

/** Writes tables by their fields' names. */
export class TableWriter {
  /** The FlatBuffers library's builder, for fields and strings. */
  readonly builder: Builder;

  /** Creates a writer with room for this many bytes; it grows if more are written. */
  constructor(initialBytes: number) {
    this.builder = new Builder(initialBytes);
  }

  /** Writes a vector of 32-bit integers. */
  integers(values: readonly number[]): Offset {
    this.builder.startVector(4, values.length, 4);
    for (const value of values.toReversed()) this.builder.addInt32(value);
    return this.builder.endVector();
  }

  /** Writes a vector of tables. */
  tables(offsets: readonly Offset[]): Offset {
    this.builder.startVector(4, offsets.length, 4);
    for (const offset of offsets.toReversed()) this.builder.addOffset(offset);
    return this.builder.endVector();
  }

  /** Writes a vector of bytes, aligned to {@link DATA_ALIGNMENT}, in a single copy. */
  bytes(data: Uint8Array): Offset {
    this.builder.prep(DATA_ALIGNMENT, data.length);
    return this.builder.createByteVector(data);
  }

  /** Writes a table; `write` writes its fields. */
  table(name: keyof typeof slots, write: (builder: Builder) => void): Offset {
    this.builder.startObject(fieldCounts[name]);
    write(this.builder);
    return this.builder.endObject();
  }

  /** Writes the table of an operator's options. */
  options({ table, ...values }: OperatorOptions): Offset {
    const { fieldCount, fields } = optionTables[table], { builder } = this;
    builder.startObject(fieldCount);
    for (const [name, [slot, type, absent]] of Object.entries<Field>(fields)) {
      const value = (values as Readonly<Record<string, number>>)[name] ?? absent;
      if (type === "int8") builder.addFieldInt8(slot, value, absent);
      else if (type === "int32") builder.addFieldInt32(slot, value, absent);
      else builder.addFieldFloat32(slot, value, absent);
    }
    return builder.endObject();
  }
}
