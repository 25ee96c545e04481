/** The records of a zip file: where their fields are, in bytes (APPNOTE.TXT of PKWARE, 4.3). */

/** A field of 16 bits with this value has its value elsewhere. */
export const FULL_16 = 0xffff;
/** A field of 32 bits with this value has its value in the 64-bit extra field. */
export const FULL_32 = 0xffffffff;
/** The extra field with 64-bit sizes and positions. */
export const ZIP64_EXTRA = 1;

/** How records start. */
export const SIGNATURES = {
  local: 0x04034b50,
  entry: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator64: 0x07064b50,
} as const;

/** An entry's own header, before its bytes. */
export const LOCAL = { fixedBytes: 30, crc: 14, nameLength: 26, extraLength: 28 } as const;

/** An entry's record in the directory. */
export const ENTRY = {
  fixedBytes: 46,
  flags: 8,
  method: 10,
  crc: 16,
  storedBytes: 20,
  bytes: 24,
  nameLength: 28,
  extraLength: 30,
  commentLength: 32,
  header: 42,
} as const;

/** The record that a zip ends with. */
export const END = { bytes: 22, entries: 10, directoryBytes: 12, directory: 16, commentLength: 20 } as const;

/** The same with 64-bit fields. */
export const END64 = { bytes: 56, entries: 32, directoryBytes: 40, directory: 48 } as const;

/** Tells where the 64-bit end record is. */
export const LOCATOR64 = { bytes: 20, position: 8 } as const;
