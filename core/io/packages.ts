/** Packages of which most programs need none: each is downloaded when it is first asked for. */
import manifest from "../../deno.json" with { type: "json" };

/** The name of a package in deno.json. */
export type PackageName = keyof typeof manifest.imports;

/** A package that cannot be imported, as without a network before it was ever used; `cause` is Deno's error. */
export class PackageError extends Error {
  /** The name of the class. */
  override readonly name = "PackageError";

  /** An error of the package of that name. */
  constructor(name: string, cause: unknown) {
    const [said = ""] = (cause instanceof Error ? cause.message : String(cause)).split("\n");
    super(`Cannot go on as package ${name} must be imported: got ${said}`, { cause });
  }
}

/**
 * Imports a package, or what is at a path of it such as `/wasm`. Before a program starts, Deno downloads the packages that
 * `import` names by a literal, `import()` among them. It cannot read this one. Throws
 * PackageError, and NotCapable as the package does.
 */
export async function importPackage<Exports>(name: PackageName, path: `/${string}` | "" = ""): Promise<Exports> {
  const versioned = manifest.imports[name].replace(/^npm:/, "");
  try {
    return await import(`npm:/${versioned}${path}`);
  } catch (cause) {
    throw cause instanceof Deno.errors.NotCapable ? cause : new PackageError(name, cause);
  }
}
