/**
 * Lint rules that hold the layers: `core` knows no device and no outside world, `kernels` and `mobile` know `core` and
 * not each other, `bench` and `cli` sit on top, and nobody imports upward. Files are written by one function alone, which
 * replaces them whole, and those that users name are read by functions that bound them.
 */
import { isSealed, placeOf, refusedImport } from "./places.ts";
import { globalsOf, type Hidden } from "./scopes.ts";

/** Globals that only compute, which is all that core may use: these, and of Math all but `random`. */
const pureValues = new Set([
  ...["undefined", "NaN", "Infinity", "Number", "BigInt", "Boolean", "String", "Symbol", "Object", "RegExp", "JSON"],
  ...["Array", "Map", "Set", "WeakMap", "WeakSet", "Iterator", "Promise", "structuredClone"],
  ...["Error", "AggregateError", "RangeError", "SyntaxError", "TypeError", "TextDecoder", "TextEncoder"],
  ...["ArrayBuffer", "DataView", "Float32Array", "Float64Array", "BigInt64Array", "BigUint64Array"],
  ...["Int8Array", "Int16Array", "Int32Array", "Uint8Array", "Uint16Array", "Uint32Array"],
]);

/** Global types that are no values, or whose values core is only given: it makes no AbortSignal with a timer. */
const pureTypes = new Set([
  ...[
    "const",
    "AbortSignal",
    "ArrayLike",
    "AsyncDisposable",
    "AsyncIterable",
    "AsyncIterator",
    "Awaited",
    "Disposable",
  ],
  ...["ErrorOptions", "Exclude", "Extract", "Generator", "Iterable", "NonNullable", "Omit", "Parameters", "Partial"],
  ...[
    "Pick",
    "PromiseLike",
    "PropertyKey",
    "Readonly",
    "ReadonlyMap",
    "ReadonlySet",
    "Record",
    "Required",
    "ReturnType",
  ],
]);

/** The text of a literal, or of a template up to its first value. */
function textOf(node: Deno.lint.Node | undefined): string | undefined {
  if (node?.type === "TemplateLiteral") return node.quasis[0]?.cooked;
  if (node?.type === "TSLiteralType") return textOf(node.literal);
  return node?.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
}

/** Whether a node is `import.meta.<name>`. */
function isOfImportMeta(node: Deno.lint.Node | undefined, name: string): boolean {
  return node?.type === "MemberExpression" && node.object.type === "MetaProperty" && propertyOf(node) === name;
}

/** The property that a member expression reads, where its source says which. */
function propertyOf({ property, computed }: Deno.lint.MemberExpression): string | undefined {
  if (computed) return textOf(property);
  return property.type === "Identifier" ? property.name : undefined;
}

/** Layers whose files are told by URL as well, as they start workers and read files beside them. */
const libraries = /^(core|kernels|mobile|serve)\//;

const direction: Deno.lint.Rule = {
  create(context) {
    const place = placeOf(context.filename);
    const check = (node: Deno.lint.Node, specifier: Deno.lint.Node | null | undefined): void => {
      const text = textOf(specifier ?? undefined),
        message = text === undefined ? undefined : refusedImport(place, text);
      if (message) context.report({ node, message });
    };
    return {
      ImportDeclaration: (node) => check(node, node.source),
      ExportNamedDeclaration: (node) => check(node, node.source),
      ExportAllDeclaration: (node) => check(node, node.source),
      ImportExpression: (node) => check(node, node.source),
      TSImportType: (node) => check(node, node.argument),
      NewExpression(node) {
        if (libraries.test(place) && isOfImportMeta(node.arguments[1], "url")) check(node, node.arguments[0]);
      },
      CallExpression(node) {
        if (libraries.test(place) && isOfImportMeta(node.callee, "resolve")) check(node, node.arguments[0]);
      },
    };
  },
};

/** Whether core may use a global as an identifier does. */
function isPure(node: Deno.lint.Identifier): boolean {
  const { name, parent } = node;
  if (pureValues.has(name)) return true;
  if (name === "Math" && parent.type === "MemberExpression" && parent.object === node) {
    return ![undefined, "random"].includes(propertyOf(parent));
  }
  return pureTypes.has(name) && /^TS(TypeReference|InterfaceHeritage|ClassImplements)$/.test(parent.type);
}

/** An array pattern that leaves out a place: the nodes behind it are not in the tree that rules see. */
const hole = /^\[\s*,|,\s*,/;

/** The type parameters of a class, which are not in that tree either; those with types that have parameters are not read. */
const classParameters = /^(?:abstract\s+)?class\s+[\w$]+\s*<([\w$\s,=]*)>/;

const sealed: Deno.lint.Rule = {
  create(context) {
    if (!isSealed(placeOf(context.filename))) return {};
    const identifiers: Deno.lint.Identifier[] = [], hidden: Hidden[] = [];
    const refuse = (node: Deno.lint.Node, what: string): void =>
      context.report({ node, message: `core must not use ${what} outside of core/io` });
    return {
      Identifier: (node) => void identifiers.push(node),
      ArrayPattern(pattern) {
        const text = context.sourceCode.getText(pattern);
        if (!hole.test(text)) return;
        hidden.push({ pattern, names: text.match(/[\w$]+/g) ?? [] });
        if (text.includes("=")) refuse(pattern, "a default value in a pattern with holes, which rules do not see");
      },
      ClassDeclaration(pattern) {
        const [, parameters = ""] = classParameters.exec(context.sourceCode.getText(pattern)) ?? [];
        hidden.push({ pattern, names: parameters.split(",").flatMap((one) => /[\w$]+/.exec(one) ?? []) });
      },
      MetaProperty: (node) => node.meta.name === "import" && refuse(node, "import.meta"),
      ImportExpression: (node) => node.source.type !== "Literal" && refuse(node, "import() of what is not a literal"),
      "Program:exit"() {
        globalsOf({ text: context.sourceCode.text, identifiers, hidden }).filter((node) => !isPure(node))
          .forEach((node) => refuse(node, `the global ${node.name}`));
      },
    };
  },
};

/** Functions of Deno that may not be used in some places, and what to use. */
const doors: readonly { readonly names: RegExp; readonly closedTo: RegExp; readonly instead: string }[] = [
  {
    names: /^write(Text)?File(Sync)?$/,
    closedTo: /^(core|kernels|mobile|cli|bench)\/(?!io\/files\/)/,
    instead: "replaceFile of core/io/files/write.ts, which leaves the old file whole where it fails",
  },
  {
    names: /^read(Text)?File(Sync)?$/,
    closedTo: /^(core|mobile|cli)\/(?!io\/files\/)/,
    instead: "readText or readBytes of core/io/files/read.ts, which refuse pipes and what is too large",
  },
];

const doorway: Deno.lint.Rule = {
  create(context) {
    const place = placeOf(context.filename);
    const closed = doors.filter(({ closedTo }) => closedTo.test(place));
    return {
      MemberExpression(node) {
        if (node.object.type !== "Identifier" || node.object.name !== "Deno") return;
        const name = propertyOf(node) ?? "", door = closed.find(({ names }) => names.test(name));
        if (door) context.report({ node, message: `use ${door.instead}, not Deno.${name}` });
      },
    };
  },
};

/** The plugin that deno.json names. */
const plugin: Deno.lint.Plugin = {
  name: "zennas",
  rules: { "import-direction": direction, "sealed-core": sealed, "one-door": doorway },
};
export default plugin;
