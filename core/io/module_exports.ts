/** What a module of one's own may export, how it is recognised, and how it becomes known by name. */
import { type BlockDefinition, registerBlock } from "../networks/masternet/mod.ts";
import { type Proxy, registerProxy } from "../scoring/mod.ts";
import { ConfigError, registerSpace, type Space } from "../search/mod.ts";

/** The exports of a module. */
export type Exports = Readonly<Record<string, unknown>>;

/** A kind of thing that a module may export. */
interface Kind<T> {
  /** What a module exports one as. */
  readonly name: string;
  /** What it exports several as, in a list. */
  readonly plural: string;
  /** What it is and has, for a message. */
  readonly what: string;
  readonly members: string;
  is(value: Exports): boolean;
  register(value: T): void;
}

const isObject = (value: unknown): value is Exports => typeof value === "object" && value !== null;
const isFunction = (value: unknown): boolean => typeof value === "function";

/** A block, as `registerBlock` takes it. */
export const blockExport: Kind<BlockDefinition> = {
  name: "block",
  plural: "blocks",
  what: "a BlockDefinition",
  members: "name, arguments, and expand or lower",
  is: (value) => Array.isArray(value.arguments) && [value.expand, value.lower].some(isFunction),
  register: registerBlock,
};

/** A proxy. */
export const proxyExport: Kind<Proxy> = {
  name: "proxy",
  plural: "proxies",
  what: "a Proxy",
  members: "name, variants, inputs and score",
  is: ({ variants, inputs, score }) =>
    isFunction(score) && Array.isArray(variants) && variants.length > 0 && inputs !== undefined,
  register: registerProxy,
};

/** A search space. */
export const spaceExport: Kind<Space> = {
  name: "space",
  plural: "spaces",
  what: "a Space",
  members: "name and replacements",
  is: ({ replacements }) => isFunction(replacements),
  register: registerSpace,
};

/** Where a value was exported. */
interface Place {
  readonly source: string;
  readonly path: string;
}

/** A value that must be of a kind. Throws ConfigError. */
function checked<T>(kind: Kind<T>, value: unknown, { source, path }: Place): T {
  if (isObject(value) && typeof value.name === "string" && kind.is(value)) return value as T;
  const got = value === undefined ? "nothing" : Array.isArray(value) ? "a list" : typeof value;
  throw new ConfigError(source, [{
    path,
    expected: `${kind.what} exported as \`${path}\`, with ${kind.members}`,
    got,
  }]);
}

/** The one thing of a kind that a module exports. Throws ConfigError where there is none. */
export function exportOf<T>(kind: Kind<T>, exports: Exports, source: string): T {
  return checked(kind, exports[kind.name], { source, path: kind.name });
}

function registerAll<T>(kind: Kind<T>, exports: Exports, source: string): void {
  const one = exports[kind.name], list = kind.plural, many = exports[list] ?? [];
  if (one !== undefined) registerOne(kind, one, { source, path: kind.name });
  if (!Array.isArray(many)) throw new ConfigError(source, [{ path: list, expected: "a list", got: typeof many }]);
  many.forEach((value, index) => registerOne(kind, value, { source, path: `${list}.${index}` }));
}

function registerOne<T>(kind: Kind<T>, value: unknown, place: Place): void {
  const own = checked(kind, value, place);
  try {
    kind.register(own);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    const problem = { path: place.path, expected: `a ${kind.name} that can be registered`, got: cause.message };
    throw new ConfigError(place.source, [problem], { cause });
  }
}

/**
 * Registers what a module exports: a `block`, a `proxy`, a `space`, and lists of them as `blocks`, `proxies` and `spaces`.
 * Throws ConfigError for an export that is none, or whose name is taken.
 */
export function registerExports(exports: Exports, source: string): void {
  registerAll(blockExport, exports, source);
  registerAll(proxyExport, exports, source);
  registerAll(spaceExport, exports, source);
}
