/** Where files may import from: the layers of the repository, and the rooms of core on their floors. */
import configuration from "../deno.json" with { type: "json" };

/** What files of each layer may import from, besides their own. Tests and examples may import everything. */
const layers: Readonly<Record<string, readonly string[]>> = {
  core: ["deno.json"],
  kernels: ["core"],
  mobile: ["core"],
  serve: ["core"],
  "mod.ts": ["core", "kernels"],
  cli: ["core", "kernels", "mobile", "serve", "deno.json"],
  bench: ["core", "kernels", "mobile", "deno.json"],
};

/** The rooms of core from the bottom: a file may import from its own room and from lower floors. */
const floors: readonly (readonly string[])[] = [
  ["numeric", "nearest.ts", "shorten.ts"],
  ["graph", "images", "settings"],
  ["networks", "train/losses.ts"],
  ["scoring"],
  ["latency"],
  ["search", "nasbench", "train", "evaluation"],
  ["mod.ts"],
  ["io"],
];

/** Packages that core may use outside of core/io: they only compute. */
const purePackages = new Set(["@noble", "fastest-levenshtein", "jstat", "ml-matrix", "p-limit", "zod"]);

const root = new URL("../", import.meta.url);

/** The path of a linted file relative to the repository. */
export function placeOf(filename: string): string {
  return filename.startsWith(root.pathname) ? filename.slice(root.pathname.length) : filename;
}

/** Whether a file is of core but not of core/io, which alone may reach outside. */
export function isSealed(place: string): boolean {
  return place.startsWith("core/") && !place.startsWith("core/io/");
}

/** How a template begins that names whatever file a user named. */
const anyFile = "file:///";

/** The file of the repository that a specifier leads to; nothing where it is a package, or a user's file. */
function target(place: string, specifier: string): string | undefined {
  const { name, exports } = configuration;
  const own = specifier === name || specifier.startsWith(`${name}/`) ? specifier.replace(name, ".") : undefined;
  const path = own === undefined ? specifier : (exports as Readonly<Record<string, string>>)[own];
  if (path === undefined || path === anyFile || !/^(\.|\/|file:)/.test(path)) return undefined;
  return placeOf(new URL(path, own === undefined ? new URL(place, root) : root).pathname);
}

/** A room's number from the bottom; -1 where the table lacks it. */
const floorOf = (room: string | undefined): number => floors.findIndex((floor) => room && floor.includes(room));

/** The room of a file of core: a row of the table that is its path or a folder of it. */
function roomOf(place: string): string | undefined {
  const parts = place.split("/").slice(1);
  return [2, 1].map((length) => parts.slice(0, length).join("/")).find((room) => floorOf(room) >= 0);
}

/** Why a file of core must not import another of core; nothing where it may. */
function refusedInCore(from: string, to: string): string | undefined {
  const [room, other] = [roomOf(from), roomOf(to)];
  if (!room || !other) return `${room ? to : from} is in no room of core`;
  if (room === other || floorOf(other) < floorOf(room)) return undefined;
  return `core/${room} must not import from core/${other}`;
}

/** The package that a specifier names, with or without its version; of one with a scope, the scope. */
const packageOf = (specifier: string): string => /^(?:npm:)?(@?[^@/]*)/.exec(specifier)![1]!;

/** Why a file must not import a specifier; nothing where it may. */
export function refusedImport(place: string, specifier: string): string | undefined {
  const to = target(place, specifier);
  if (to === undefined) {
    if (!isSealed(place) || purePackages.has(packageOf(specifier))) return undefined;
    return `core must not import ${specifier} outside of core/io`;
  }
  const [layer, other] = [place, to].map((each) => each.split("/")[0]!) as [string, string];
  if (!layers[layer]) return undefined;
  if (layer !== other && !layers[layer].includes(other)) return `${layer} must not import from ${other}`;
  return layer === "core" && other === "core" ? refusedInCore(place, to) : undefined;
}
