/** A hash of a module's source, to tell its versions apart. */
import { createHash } from "node:crypto";
import { FileError } from "./files/error.ts";
import { fetchText } from "./files/fetch.ts";

/** A relative path that a module imports or exports from. One in a comment is found too, which does no harm. */
const RELATIVE_IMPORT = /\b(?:from|import)\s*\(?\s*["'](\.{1,2}\/[^"']+)["']/g;

/**
 * The SHA-256 of a module and of all that it imports by relative paths written as literals, directly or not. Packages
 * and files that the module reads while it runs are not in it.
 */
export async function moduleHash(module: URL): Promise<string> {
  const hash = createHash("sha256"), urls = new Set([module.href]);
  for (const url of urls) { // grows while it is walked
    const text = await textOf(url);
    hash.update(JSON.stringify(text ?? null));
    for (const [, path] of (text ?? "").matchAll(RELATIVE_IMPORT)) urls.add(new URL(path!, url).href);
  }
  return hash.digest("hex");
}

/** The text at a URL; undefined where there is none, as for a path in a comment. */
async function textOf(url: string): Promise<string | undefined> {
  try {
    return await fetchText(new URL(url), "module");
  } catch (error) {
    if (error instanceof FileError) return undefined;
    throw error;
  }
}
