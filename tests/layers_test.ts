/** The lint rules of .ci/layers.ts, each by source that it refuses and source like it that it allows. */
import assert from "node:assert/strict";
import plugin from "../.ci/layers.ts";

const root = new URL("../", import.meta.url).pathname;

/** Messages of the layer rules for a source that stands at a path of the repository. */
function messages(path: string, source: string): string[] {
  return Deno.lint.runPlugin(plugin, root + path, source).map(({ message }) => message);
}

/** Asserts that each source is refused once at a path, as the one outside of core/io that may not name `what`. */
function refuses(sources: Readonly<Record<string, string>>, path = "core/graph/graph.ts"): void {
  for (const [source, what] of Object.entries(sources)) {
    assert.deepEqual(messages(path, source), [`core must not ${what} outside of core/io`], source);
    assert.deepEqual(messages("core/io/presets.ts", source), [], source);
    assert.deepEqual(messages("kernels/mod.ts", source), [], source);
  }
}

function allows(path: string, sources: readonly string[]): void {
  for (const source of sources) assert.deepEqual(messages(path, source), [], source);
}

const importing = (specifier: string): string => `import { a } from "${specifier}";`;

Deno.test("a layer imports from those below it and from no other", () => {
  const layers = ["core", "kernels", "mobile", "serve", "mod.ts", "cli", "bench"];
  const below: Readonly<Record<string, readonly string[]>> = {
    core: [],
    kernels: ["core"],
    mobile: ["core"],
    serve: ["core"],
    "mod.ts": ["core", "kernels"],
    cli: ["core", "kernels", "mobile", "serve"],
    bench: ["core", "kernels", "mobile"],
  };
  for (const layer of layers) {
    const [path, up] = layer === "mod.ts" ? ["mod.ts", "./"] : [`${layer}/io/a.ts`, "../../"];
    for (const other of layers) {
      const expected = layer === other || below[layer]!.includes(other)
        ? []
        : [`${layer} must not import from ${other}`];
      const target = other === "mod.ts" ? other : `${other}/io/b.ts`;
      assert.deepEqual(messages(path, importing(up + target)), expected, `${layer} from ${other}`);
    }
  }
  assert.deepEqual(messages("kernels/mod.ts", importing("../tests/kernels/cases.ts")), [
    "kernels must not import from tests",
  ]);
  allows("core/io/machine.ts", [importing("../../deno.json")]);
  for (const path of ["cli/main.ts", "bench/environment.ts"]) allows(path, [importing("../deno.json")]);
  allows("tests/layers_test.ts", [importing("../cli/main.ts")]);
});

Deno.test("every way to name a file is an import", () => {
  const ways = [
    'import "../cli/main.ts";',
    'import type { A } from "../cli/main.ts";',
    'export * from "../cli/main.ts";',
    'export { a } from "../cli/main.ts";',
    'await import("../cli/main.ts");',
    "await import(`../cli/main.ts`);",
    "await import(`../cli/${name}.ts`);",
    'let a: import("../cli/main.ts").A;',
    'new URL("../cli/main.ts", import.meta.url);',
    "new URL(`../cli/${name}.ts`, import.meta.url);",
    'new Worker(new URL("../cli/main.ts", import.meta["url"]));',
    'import.meta.resolve("../cli/main.ts");',
    'import "@zennas/zennas/cli";',
    `import "file://${root}cli/main.ts";`,
    `import "${root}cli/main.ts";`,
  ];
  for (const source of ways) {
    assert.deepEqual(messages("kernels/mod.ts", source), ["kernels must not import from cli"], source);
  }
  allows("kernels/mod.ts", ways.map((source) => source.replace("../cli/", "./cpu/")).slice(0, 12));
  allows("kernels/mod.ts", ['new URL("../cli/main.ts", base);', 'resolve("../cli/main.ts");']);
  allows("bench/proxies.ts", ['new URL("../cli/main.ts", import.meta.url);']);
});

Deno.test("the package's own name is the file that deno.json exports", () => {
  for (const [layer, specifier, other] of [["core", "/mobile", "mobile"], ["kernels", "/phone", "mobile"]] as const) {
    assert.deepEqual(messages(`${layer}/io/a.ts`, importing(`@zennas/zennas${specifier}`)), [
      `${layer} must not import from ${other}`,
    ]);
  }
  assert.deepEqual(messages("mobile/mod.ts", importing("@zennas/zennas")), ["mobile must not import from mod.ts"]);
  assert.deepEqual(messages("core/graph/graph.ts", importing("@zennas/zennas/scoring")), [
    "core/graph must not import from core/scoring",
  ]);
  allows("mobile/mod.ts", [importing("@zennas/zennas/graph")]);
});

/** Rooms of core, lowest first; those of a line stand side by side. */
const floors = [
  ["numeric/random.ts", "nearest.ts"],
  ["graph/graph.ts", "images/crop.ts"],
  ["networks/layers.ts", "train/losses.ts"],
  ["scoring/design.ts"],
  ["search/space.ts", "nasbench/benchmark.ts", "train/loop.ts"],
  ["mod.ts"],
  ["io/presets.ts"],
];

Deno.test("a room of core imports from lower floors alone, and none but core/io from core/io", () => {
  for (const [floor, rooms] of floors.entries()) {
    for (const from of rooms) {
      for (const [other, targets] of floors.entries()) {
        for (const to of targets) {
          const found = messages(`core/${from}`, importing(`${from.includes("/") ? "../" : "./"}${to}`));
          if (from === to || other < floor) assert.deepEqual(found, [], `${from} from ${to}`);
          else assert.match(found.join("\n"), /^core\/\S+ must not import from core\/\S+$/, `${from} from ${to}`);
        }
      }
    }
  }
  allows("core/networks/masternet/parse.ts", [importing("./registry.ts"), importing("../zoo/mod.ts")]);
});

Deno.test("a room of core that has no floor is refused", () => {
  assert.deepEqual(messages("core/weather/tree.ts", importing("../graph/graph.ts")), [
    "core/weather/tree.ts is in no room of core",
  ]);
  assert.deepEqual(messages("core/graph/graph.ts", importing("../weather/tree.ts")), [
    "core/weather/tree.ts is in no room of core",
  ]);
});

Deno.test("core uses packages that only compute", () => {
  refuses(Object.fromEntries(
    [
      "node:fs",
      "node:crypto",
      "npm:sharp",
      "npm:sharp@0.35.5",
      "npm:zod-io@1.0.0/mini",
      "sharp",
      "yaml",
      "https://a.b/c.ts",
      "jsr:@std/path",
      "@scope/zod",
      "zod-io",
    ]
      .map((name) => [importing(name), `import ${name}`]),
  ));
  refuses({
    'const fs = await import("node:fs");': "import node:fs",
    'let a: import("node:fs").Stats;': "import node:fs",
  });
  allows(
    "core/graph/graph.ts",
    [
      "zod",
      "npm:zod@4.6.7",
      "npm:zod@4.6.7/mini",
      "npm:@noble/hashes@2.4.0/sha2.js",
      "zod/mini",
      "jstat",
      "ml-matrix",
      "p-limit",
      "fastest-levenshtein",
    ].map(importing),
  );
});

Deno.test("core uses no global but those that only compute", () => {
  const outside = [
    ...["Deno", "navigator", "console", "performance", "Date", "fetch", "crypto", "WebSocket", "Worker", "EventSource"],
    ...["setTimeout", "setInterval", "queueMicrotask", "requestAnimationFrame", "globalThis", "self", "window"],
    ...["process", "Buffer", "localStorage", "caches", "BroadcastChannel", "MessageChannel", "postMessage", "Intl"],
    ...["WeakRef", "FinalizationRegistry", "SharedArrayBuffer", "Atomics", "eval", "Function", "AbortSignal", "URL"],
  ];
  const uses = [
    ...[
      "$.a;",
      '$["a"];',
      "$();",
      "new $();",
      "$ = 1;",
      "typeof $;",
      "[...$];",
      "({ $ });",
      "({ a: $ });",
      "({ [$]: 1 });",
    ],
    ...["const a = $;", "const { a } = $;", "const { a = $ } = {};", "const f = (a = $) => a;", "let a: typeof $;"],
    ...[
      "class A extends $ {}",
      "class A { [$]() {} }",
      "/* é */ class A { [$] = 1; }",
      "({ [$]() {} });",
      "interface A { [$]: 1 }",
      "export { $ };",
      "export default $;",
    ],
  ];
  for (const name of outside) {
    refuses(Object.fromEntries(uses.map((use) => [use.replace("$", name), `use the global ${name}`])));
  }
  allows("core/graph/graph.ts", [
    "undefined; NaN; Infinity; Number(BigInt(1)); Boolean(String(1)); Symbol.dispose; Object; RegExp; JSON; Math.PI;",
    "Array; Map; Set; WeakMap; WeakSet; Iterator; Promise; structuredClone; ArrayBuffer; DataView;",
    "Error; AggregateError; RangeError; SyntaxError; TypeError; TextDecoder; TextEncoder;",
    "Int8Array; Int16Array; Int32Array; Uint8Array; Uint16Array; Uint32Array; BigInt64Array; BigUint64Array;",
    "Float32Array; Float64Array; const a = [1] as const; let b: Readonly<Record<string, AbortSignal>>;",
    "class A implements Disposable {} interface B extends AsyncDisposable {}",
  ]);
  refuses({ "let a: Deno.FileInfo;": "use the global Deno", "let a: GPUDevice;": "use the global GPUDevice" });
  refuses({ "interface A extends Worker {}": "use the global Worker" });
});

Deno.test("Math is used by its functions, and random is none of them", () => {
  const use = "use the global Math";
  refuses({ "Math.random();": use, 'Math["random"]();': use, "Math[`random`]();": use, "let a = 'b'; Math[a];": use });
  refuses({ "const m = Math;": use, "const { random } = Math;": use, "const f = Math.random;": use });
  allows("core/graph/graph.ts", ["Math.max(1, 2);", 'Math["max"](1, 2);', "const { random } = { random: Math.max };"]);
});

Deno.test("core reaches no file beside it", () => {
  refuses({
    "const a = import.meta.url;": "use import.meta",
    "let a = './b.ts'; await import(a);": "use import() of what is not a literal",
  });
  allows("core/graph/graph.ts", ["class A { constructor() { new.target; } }"]);
});

Deno.test("names that a module declares around their use are no globals", () => {
  allows("core/graph/graph.ts", [
    'import fetch from "./ops.ts"; fetch();',
    'import { a as fetch } from "./ops.ts"; fetch();',
    'import * as fetch from "./ops.ts"; fetch;',
    'import type { Worker } from "./ops.ts"; let a: Worker;',
    "const fetch = 1; { fetch; }",
    "const { fetch, a: { b: [self = 1, ...performance] } } = {}; fetch; self; performance;",
    "const [, , fetch] = []; fetch;",
    "function fetch() {} fetch();",
    "function f({ fetch }, self = fetch, ...performance) { fetch; self; performance; } f();",
    "const f = (fetch) => fetch; f();",
    "const f = function fetch() { fetch; }; f();",
    "class Worker { #a = 1; m() { new Worker().#a; } }",
    "const A = class Worker { m() { Worker; } }; A;",
    "for (const fetch of []) fetch;",
    "for (let fetch = 0; fetch < 1; fetch++) fetch;",
    "try {} catch (fetch) { fetch; }",
    "interface Worker {} type Date = Worker; let a: Date;",
    "function f<Worker>(a: Worker): a is Worker {} f;",
    "type A<T> = T extends (infer Worker)[] ? Worker : never;",
    "type A = { [Worker in string]: Worker };",
    "type A = (fetch: number) => void; type B = new (fetch: number) => A; interface C { m(fetch: 1): B; [self: string]: A }",
    "type A = [fetch: number, self: string];",
    "function fetch(self: 1): 1; function fetch(Date: 2): 2; function fetch(a) { return a; } fetch();",
    "abstract class A { abstract a(fetch: number): void } interface B { (fetch: number): void }",
    "class A { constructor(private readonly fetch: number) { fetch; } }",
    "class A<T extends B = B, Worker = T> { a: T; m(b: Worker): T { return b; } } type B = 1;",
  ]);
});

Deno.test("a name that is declared elsewhere in a module hides no global", () => {
  const use = "use the global fetch";
  refuses({ "function f(fetch) {} f; fetch();": use, "{ const fetch = 1; } fetch();": use });
  refuses({ "const f = function fetch() {}; f; fetch();": use, "const f = ([, fetch]) => fetch; f; fetch();": use });
  refuses({ "class A { fetch() { fetch(); } }": use, "const a = { fetch: fetch };": use });
  refuses({ "class A<Worker> { a: Worker; } let b: Worker;": "use the global Worker" });
  refuses({ "class A<T extends [1, Worker]> { a: Worker; }": "use the global Worker" });
  refuses({ "const [, a = fetch] = [];": "use a default value in a pattern with holes, which rules do not see" });
});

Deno.test("names of properties, labels and exports are no globals", () => {
  allows("core/graph/graph.ts", [
    "const a = { fetch: 1, self() {}, get Date() { return 1; } }; a.fetch; a?.self; a.Date;",
    "class A { fetch = 1; static self = 2; Date() {} get Worker() { return this.fetch; } }",
    "interface A { fetch: 1; self(): void } abstract class B { abstract fetch: 1; abstract self(): void }",
    "const { fetch: a, self: { Date: b } } = {}; a; b;",
    "fetch: for (;;) { continue fetch; }",
    "fetch: for (;;) { break fetch; }",
    'import { fetch as a } from "./ops.ts"; export { a as fetch }; export { fetch as self, Date } from "./ops.ts";',
    'export * as fetch from "./ops.ts"; import b from "./b.json" with { type: "json" }; b;',
  ]);
});

Deno.test("files are written and read by the functions of core/io/files alone", () => {
  const said = (path: string, source: string): string[] =>
    messages(path, source).map((message) => message.replace(/^use (\w+).*$/, "$1"));
  for (const call of ["Deno.writeTextFile(a, b)", "Deno.writeFileSync(a, b)", 'Deno["writeFile"](a, b)']) {
    for (const path of ["core/io/presets.ts", "kernels/mod.ts", "mobile/mod.ts", "cli/main.ts", "bench/proxies.ts"]) {
      assert.deepEqual(said(path, call), ["replaceFile"], `${path}: ${call}`);
    }
  }
  for (const call of ["Deno.readTextFile(a)", "Deno.readFileSync(a)"]) {
    for (const path of ["core/io/presets.ts", "mobile/mod.ts", "cli/main.ts"]) {
      assert.deepEqual(said(path, call), ["readText"], `${path}: ${call}`);
    }
    allows("kernels/mod.ts", [call]);
  }
  allows("core/io/files/write.ts", ["Deno.writeFileSync(a, b)", "Deno.readTextFile(a)"]);
  allows("tests/layers_test.ts", ["Deno.writeFileSync(a, b)", "Deno.readTextFile(a)"]);
  allows("cli/main.ts", ["Deno.statSync(a)", "other.writeFile(a, b)"]);
});
