/** Reading YAML from a path or URL. */
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parse, YAMLParseError } from "npm:yaml@2.9.1";
import { ConfigError } from "../search/mod.ts";
import { fetchText } from "./files/fetch.ts";

/** The URL of a file given by a path or URL, relative to a base URL or to the working directory. */
export function fileUrl(pathOrUrl: string, base?: URL): URL {
  if (/^[a-z]+:\/\//i.test(pathOrUrl)) return new URL(pathOrUrl);
  if (base && base.protocol !== "file:") return new URL(pathOrUrl, base);
  return pathToFileURL(base ? resolve(dirname(fileURLToPath(base)), pathOrUrl) : resolve(pathOrUrl));
}

/** Whether what stands behind an objective's `@` is a file: a URL, or what ends as a file's name does. */
export function isArgumentFile(argument: string): boolean {
  return /^[a-z]+:\/\//i.test(argument) || /\.[a-z]\w*$/i.test(argument);
}

/**
 * The value that a YAML file holds. Works for `file:` and `https:` alike. Throws FileError for a file that cannot be read,
 * ConfigError for one that is not YAML.
 */
export async function readYaml(url: URL, source: string): Promise<unknown> {
  return parseYaml(await fetchText(url, "yaml"), source);
}

/** The value that a YAML text says. Throws ConfigError. */
export function parseYaml(text: string, source: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof YAMLParseError)) throw cause;
    throw new ConfigError(source, [{ path: "", expected: "YAML", got: cause.message.trimEnd() }], { cause });
  }
}
