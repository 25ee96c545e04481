/** Packages of which most programs need none: each is downloaded when it is first asked for. */
import manifest from "../../deno.json" with { type: "json" };

/** The name of a package in deno.json. */
export type PackageName = keyof typeof manifest.imports;

/**
 * Imports a package, or what is at a path of it such as `/wasm`. Before a program starts, Deno downloads the packages that
 * `import` names by a literal, `import()` among them. It cannot read this one.
 */
export async function importPackage<Exports>(name: PackageName, path: `/${string}` | "" = ""): Promise<Exports> {
  const versioned = manifest.imports[name].replace(/^npm:/, "");
  return await import(`npm:/${versioned}${path}`);
}
