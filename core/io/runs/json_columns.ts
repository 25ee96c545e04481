/** Columns of a database that hold JSON, or nothing. */

/** A value as JSON; null where there is none. */
export const jsonOrNull = (value: unknown): string | null => value === undefined ? null : JSON.stringify(value);
/** What JSON says, or what stands for a missing text. */
export const parsedOr = <T>(text: unknown, absent: T): T => typeof text === "string" ? JSON.parse(text) : absent;
