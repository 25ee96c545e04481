/** Checks on errors that have codes. */
import assert from "node:assert/strict";

/** The error that work ends with, which must have this code and a hint. */
export async function rejectsWith<E extends Error & { code: string; hint: string }>(
  work: Promise<unknown> | (() => unknown),
  code: string,
): Promise<E> {
  try {
    await (typeof work === "function" ? work() : work);
  } catch (error) {
    const failure = error as E;
    assert.equal(failure.code, code, Deno.inspect(error));
    assert.ok(failure.hint.length > 10, code);
    assert.match(failure.message, /^Cannot /);
    return failure;
  }
  throw new assert.AssertionError({ message: `must fail with ${code}` });
}
