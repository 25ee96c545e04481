/** Reading text from a URL, be it a file's or one of the network. */
import { fileURLToPath } from "node:url";
import { FileError } from "./error.ts";
import { checkFile, type FileKind, readStream, readText } from "./read.ts";

/** Throws FileError for the URL of a file that `checkFile` refuses; says nothing of the network. */
export function checkUrl(url: URL, kind: FileKind): void {
  if (url.protocol === "file:") checkFile(fileURLToPath(url), kind);
}

/** The text at a URL, at most as long as a file of its kind may be. Throws FileError. */
export async function fetchText(url: URL, kind: FileKind): Promise<string> {
  if (url.protocol === "file:") return await readText(fileURLToPath(url), kind);
  const { ok, status, body } = await fetch(url).catch((cause: unknown) => {
    if (!(cause instanceof TypeError)) throw cause;
    throw new FileError("read", url.href, { reason: `the network says: ${cause.message}`, cause });
  });
  if (ok) return new TextDecoder().decode(await readStream(body ?? ReadableStream.from([]), kind, url.href));
  await body?.cancel();
  throw new FileError("read", url.href, { reason: `the server must have it: got status ${status}` });
}
