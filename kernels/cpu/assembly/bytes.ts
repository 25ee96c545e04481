/** A count of bytes; every other `usize` of an export is an address. */
export type Bytes = usize;
