/** Search spaces by name, or from a user's file. */
import { ConfigError, parseSpace, publishedSpaces, type Space, superBlockSpace } from "../search/mod.ts";
import { fileUrl, readYaml } from "./yaml_file.ts";

/** Whether a space is given by a file rather than by a name. */
export function isSpaceFile(space: string): boolean {
  return /\.(ya?ml|[cm]?[jt]s)$/.test(space);
}

/**
 * A space by the name of a published one, or by the path or URL of a YAML file with its data, or of a module that exports
 * it as `space`. Throws ConfigError.
 *
 * @example
 * ```ts
 * import { loadSpace } from "@zennas/zennas";
 * if ((await loadSpace("XXBL")).name !== "XXBL") throw new Error();
 * ```
 */
export async function loadSpace(nameOrPath: string): Promise<Space> {
  const published = new Map<string, Space>(Object.entries(publishedSpaces)).get(nameOrPath);
  if (published) return published;
  if (!isSpaceFile(nameOrPath)) {
    const expected = `${Object.keys(publishedSpaces).join(", ")}, or a .yaml, .ts or .js file`;
    throw new ConfigError("settings", [{ path: "space", expected, got: nameOrPath }]);
  }
  const url = fileUrl(nameOrPath);
  if (/\.ya?ml$/.test(nameOrPath)) return superBlockSpace(parseSpace(await readYaml(url, nameOrPath), nameOrPath));
  const { space } = await import(url.href) as { readonly space?: unknown };
  if (isSpace(space)) return space;
  const expected = "a Space exported as `space`, with name and replacements";
  throw new ConfigError(nameOrPath, [{ path: "space", expected, got: space === undefined ? "nothing" : typeof space }]);
}

function isSpace(value: unknown): value is Space {
  if (typeof value !== "object" || value === null) return false;
  return "name" in value && typeof value.name === "string" && "replacements" in value &&
    typeof value.replacements === "function";
}
