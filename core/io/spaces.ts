/** Search spaces by name, or from a user's file. */
import { ConfigError, parseSpace, type Space, spaces, superBlockSpace } from "../search/mod.ts";
import { exportOf, spaceExport } from "./module_exports.ts";
import { importModule, isModuleFile } from "./modules.ts";
import { fileUrl, readYaml } from "./yaml_file.ts";

/** Whether a space is given by a file rather than by a name. */
export function isSpaceFile(space: string): boolean {
  return isModuleFile(space) || /\.ya?ml$/.test(space);
}

/**
 * A space by its name, or by the path or URL of a YAML file with its data, or of a module that exports it as `space`.
 * Throws ConfigError.
 *
 * @example
 * ```ts
 * import { loadSpace } from "@zennas/zennas";
 * if ((await loadSpace("XXBL")).name !== "XXBL") throw new Error();
 * ```
 */
export async function loadSpace(nameOrPath: string): Promise<Space> {
  const known = spaces.get(nameOrPath);
  if (known) return known;
  if (isModuleFile(nameOrPath)) return exportOf(spaceExport, await importModule(nameOrPath), nameOrPath);
  if (isSpaceFile(nameOrPath)) {
    return superBlockSpace(parseSpace(await readYaml(fileUrl(nameOrPath), nameOrPath), nameOrPath));
  }
  const expected = `${[...spaces.keys()].join(", ")}, or a .yaml, .ts or .js file`;
  throw new ConfigError("settings", [{ path: "space", expected, got: nameOrPath }]);
}
