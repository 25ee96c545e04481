/**
 * Lint rules that hold the layers: `core` knows no device and no outside world, `kernels` and `mobile` know `core` and
 * not each other, `bench` and `cli` sit on top, and nobody imports upward.
 */

/** Folders that files of a folder must not import from. */
const forbidden: Readonly<Record<string, readonly string[]>> = {
  core: ["kernels", "mobile", "bench", "cli"],
  kernels: ["mobile", "bench", "cli"],
  mobile: ["kernels", "bench", "cli"],
  bench: ["cli"],
};

/** Names that reach the outside world, or differ from run to run. */
const outside = new Set(["Deno", "navigator", "console", "performance", "Date", "setTimeout", "setInterval"]);

const root = new URL("../", import.meta.url).pathname;

/** The path of a linted file relative to the repository. */
function relative(filename: string): string {
  return filename.startsWith(root) ? filename.slice(root.length) : filename;
}

/** The top folder that an import of a file leads to, where it is a relative one. */
function importedFolder(filename: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return undefined;
  return relative(new URL(specifier, `file://${root}${relative(filename)}`).pathname).split("/")[0];
}

const direction: Deno.lint.Rule = {
  create(context) {
    const folder = relative(context.filename).split("/")[0]!;
    const check = (node: Deno.lint.Node, specifier: unknown): void => {
      if (typeof specifier !== "string") return;
      const target = importedFolder(context.filename, specifier);
      if (target && forbidden[folder]?.includes(target)) {
        context.report({ node, message: `${folder}/ must not import from ${target}/` });
      }
    };
    return {
      ImportDeclaration: (node) => check(node, node.source.value),
      ExportNamedDeclaration: (node) => check(node, node.source?.value),
      ExportAllDeclaration: (node) => check(node, node.source.value),
      ImportExpression: (node) => check(node, node.source.type === "Literal" ? node.source.value : undefined),
    };
  },
};

const sealed: Deno.lint.Rule = {
  create(context) {
    const path = relative(context.filename);
    if (!path.startsWith("core/") || path.startsWith("core/io/")) return {};
    return {
      MemberExpression(node) {
        if (node.object.type !== "Identifier") return;
        const { name } = node.object;
        const random = name === "Math" && node.property.type === "Identifier" && node.property.name === "random";
        if (random || outside.has(name)) {
          context.report({ node, message: `core/ must not reach outside: ${random ? "Math.random" : name}` });
        }
      },
      CallExpression(node) {
        if (node.callee.type === "Identifier" && outside.has(node.callee.name)) {
          context.report({ node, message: `core/ must not reach outside: ${node.callee.name}` });
        }
      },
      NewExpression(node) {
        if (node.callee.type === "Identifier" && outside.has(node.callee.name)) {
          context.report({ node, message: `core/ must not reach outside: ${node.callee.name}` });
        }
      },
    };
  },
};

/** The plugin that deno.json names. */
const plugin: Deno.lint.Plugin = { name: "zennas", rules: { "import-direction": direction, "sealed-core": sealed } };
export default plugin;
