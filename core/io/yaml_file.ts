/** Reading YAML from a path or URL. */
import { dirname, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parse, YAMLParseError } from "yaml";
import { ConfigError } from "../search/mod.ts";

/** The URL of a file given by a path or URL, relative to a base URL or to the working directory. */
export function fileUrl(pathOrUrl: string, base?: URL): URL {
  if (/^[a-z]+:\/\//i.test(pathOrUrl)) return new URL(pathOrUrl);
  if (base && base.protocol !== "file:") return new URL(pathOrUrl, base);
  return pathToFileURL(base ? resolve(dirname(fileURLToPath(base)), pathOrUrl) : resolve(pathOrUrl));
}

/**
 * The value that a YAML file holds. Works for `file:` and `https:` alike. Throws ConfigError for a file that cannot be
 * read, or is not YAML.
 */
export async function readYaml(url: URL, source: string): Promise<unknown> {
  return parseYaml(await readText(url, source), source);
}

/** The value that a YAML text says. Throws ConfigError. */
export function parseYaml(text: string, source: string): unknown {
  try {
    return parse(text);
  } catch (cause) {
    if (!(cause instanceof YAMLParseError)) throw cause;
    throw problem(source, { expected: "YAML", got: cause.message.trimEnd(), cause });
  }
}

/** The text at a URL. Throws ConfigError for one that cannot be read. */
export async function readText(url: URL, source: string): Promise<string> {
  const response = await fetch(url).catch((cause: unknown) => {
    throw problem(source, { expected: "a file that can be read", got: String(cause), cause });
  });
  if (response.ok) return await response.text();
  throw problem(source, { expected: "a file that can be read", got: `status ${response.status}` });
}

function problem(
  source: string,
  what: { readonly expected: string; readonly got: string; readonly cause?: unknown },
): ConfigError {
  const { expected, got, cause } = what;
  return new ConfigError(source, [{ path: "", expected, got }], { cause });
}
