/** What the figures were taken on. */
import { createHash } from "node:crypto";
import { cpus } from "node:os";
import manifest from "../deno.json" with { type: "json" };

/** The machine, the runtime and the source. */
export interface Environment {
  readonly cpu: string;
  readonly cores: number;
  readonly deno: string;
  readonly v8: string;
  /** The package's version and a hash of the sources that decide the figures. */
  readonly code: string;
}

/** Paths of all files below a folder, sorted. */
function filesBelow(folder: URL): URL[] {
  return [...Deno.readDirSync(folder)].toSorted((a, b) => a.name < b.name ? -1 : 1).flatMap(({ name, isDirectory }) =>
    isDirectory ? filesBelow(new URL(`${name}/`, folder)) : [new URL(name, folder)]
  );
}

/**
 * Eight hexadecimal digits of a SHA-256 over core's and kernels' files below a folder: names and contents. A commit would
 * be another one as soon as the figures are committed.
 */
export function sourceHash(root: URL): string {
  const hash = createHash("sha256");
  for (const file of ["core/", "kernels/"].flatMap((folder) => filesBelow(new URL(folder, root)))) {
    const bytes = Deno.readFileSync(file);
    hash.update(`${file.href.slice(root.href.length)}\n${bytes.length}\n`).update(bytes);
  }
  return hash.digest("hex").slice(0, 8);
}

/** Asks the system. */
export function environment(): Environment {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    deno: Deno.version.deno,
    v8: Deno.version.v8,
    code: `zennas ${manifest.version} (sources ${sourceHash(new URL("../", import.meta.url))})`,
  };
}
