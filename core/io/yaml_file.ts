/** Reading YAML from a path or URL. */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { parse, YAMLParseError } from "yaml";
import { ConfigError } from "../search/mod.ts";

/** The URL of a file given by a path or URL, relative to a base URL or to the working directory. */
export function fileUrl(pathOrUrl: string, base?: URL): URL {
  if (/^[a-z]+:\/\//i.test(pathOrUrl)) return new URL(pathOrUrl);
  return base ? new URL(pathOrUrl, base) : pathToFileURL(resolve(pathOrUrl));
}

/** The value that a YAML file holds. Works for `file:` and `https:` alike. Throws ConfigError for text that is not YAML. */
export async function readYaml(url: URL, source: string): Promise<unknown> {
  const response = await fetch(url);
  if (!response.ok) throw new TypeError(`Cannot read ${url} as the server answers ${response.status}`);
  const text = await response.text();
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof YAMLParseError)) throw cause;
    throw new ConfigError(source, [{ path: "", expected: "YAML", got: cause.message.trimEnd() }], { cause });
  }
}
