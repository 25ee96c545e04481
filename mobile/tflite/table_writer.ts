/** Writes FlatBuffers tables and vectors in the forms that models use. */
import { Builder, type Offset } from "npm:flatbuffers@25.9.23";
import type { OperatorOptions } from "./model.ts";
import { type Field, optionTables, slots } from "./schema.ts";

/** Alignment of constants in bytes, because kernels read them directly from the file. */
const DATA_ALIGNMENT = 16;

/** What a field holds: something that was written before, or a number. */
export type FieldValue = readonly [type: keyof typeof adders, value: number];

/** The library's method for each type of field. */
const adders = {
  offset: "addFieldOffset",
  int8: "addFieldInt8",
  int32: "addFieldInt32",
  float32: "addFieldFloat32",
} as const;

/** A field with its slot, and the value that stands where none is stored. */
interface PlacedField {
  readonly slot: number;
  readonly type: keyof typeof adders;
  readonly value: number;
  readonly absent: number;
}

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

  /** Writes a text. */
  text(text: string): Offset {
    return this.builder.createString(text);
  }

  /** Writes a table. Fields that are absent, or 0, are not stored. */
  table<Table extends keyof typeof slots>(
    name: Table,
    fields: { readonly [Name in keyof typeof slots[Table]]?: FieldValue },
  ): Offset {
    const places: Readonly<Record<string, number>> = slots[name];
    return this.#object(
      Object.entries(fields as Readonly<Record<string, FieldValue>>).map(([field, [type, value]]) => ({
        slot: places[field]!,
        type,
        value,
        absent: 0,
      })),
    );
  }

  /** Writes the table of an operator's options. */
  options({ table, ...values }: OperatorOptions): Offset {
    const given = values as Readonly<Record<string, number>>;
    return this.#object(
      Object.entries<Field>(optionTables[table].fields).map(([name, [slot, type, absent]]) => ({
        slot,
        type,
        value: given[name] ?? absent,
        absent,
      })),
    );
  }

  #object(fields: readonly PlacedField[]): Offset {
    this.builder.startObject(Math.max(...fields.map(({ slot }) => slot), 0) + 1);
    for (const { slot, type, value, absent } of fields) this.builder[adders[type]](slot, value, absent);
    return this.builder.endObject();
  }
}
