/** Waiting for images, and putting them into one row. */

/** Waits for a promise, or until a signal aborts: then throws its reason. */
export async function orAborted<T>(next: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return await next;
  signal.throwIfAborted();
  const { promise, reject } = Promise.withResolvers<never>();
  const abort = (): void => reject(signal.reason);
  signal.addEventListener("abort", abort, { once: true });
  try {
    return await Promise.race([next, promise]);
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** Arrays one behind the other. */
export function joined(parts: readonly Float32Array[]): Float32Array {
  const all = new Float32Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
