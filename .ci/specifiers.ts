/**
 * Versions of packages in the sources. A module that was imported by URL has no import map, so the shipped sources name
 * packages in full, as `npm:zod@4.6.7`; deno.json says which version of each there is.
 */
import manifest from "../deno.json" with { type: "json" };

/** The folders and files that can be imported by URL. */
export const shippedSources = ["cli", "core", "kernels", "mobile", "serve", "mod.ts"] as const;

const names = Object.entries(manifest.imports).filter(([, target]) => target.startsWith("npm:")).map(([name]) => name);

/** A string of an import, bare or with a version, of a package that deno.json has: the name, then what is behind it. */
const PACKAGE = new RegExp(
  `(?<=\\b(?:from|import|import\\(|resolve\\()\\s*)"(?:npm:)?(${names.join("|")})(?:@\\d[^"/]*)?(/[^"]*)?"`,
  "g",
);

/** A source whose imports name packages with the versions of deno.json. */
export function pinned(source: string): string {
  return source.replace(PACKAGE, (_, name: keyof typeof manifest.imports, path = "") => {
    return `"${manifest.imports[name]}${path}"`;
  });
}

/** The sources of a folder of the repository, or the one source that a path names. */
function* sourcesOf(url: URL): Generator<URL> {
  if (url.pathname.endsWith(".ts")) return void (yield url);
  for (const { name, isDirectory } of Deno.readDirSync(url)) {
    if (isDirectory) yield* sourcesOf(new URL(`${name}/`, url));
    else if (name.endsWith(".ts")) yield new URL(name, url);
  }
}

/** The shipped sources that name a package otherwise than deno.json, each with the text that it should have. */
export function* unpinned(): Generator<{ readonly url: URL; readonly text: string }> {
  const root = new URL("../", import.meta.url);
  for (const place of shippedSources) {
    for (const url of sourcesOf(new URL(place.endsWith(".ts") ? place : `${place}/`, root))) {
      const before = Deno.readTextFileSync(url), text = pinned(before);
      if (text !== before) yield { url, text };
    }
  }
}

if (import.meta.main) {
  for (const { url, text } of unpinned()) {
    Deno.writeTextFileSync(url, text);
    Deno.stdout.writeSync(new TextEncoder().encode(`${url.pathname}\n`));
  }
}
