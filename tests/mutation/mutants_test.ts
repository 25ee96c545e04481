import assert from "node:assert/strict";
import { applyMutant, findMutants } from "./mutants.ts";

/** The sources that the mutants of a source make. */
function mutated(source: string): string[] {
  return findMutants("core/x.ts", source).map((mutant) => applyMutant(source, mutant));
}

/** What the mutants of an expression make of it. */
function changes(expression: string): string[] {
  return mutated(`f = ${expression};`).map((text) => text.slice("f = ".length, -1));
}

Deno.test("a bound moves by one and turns round", () => {
  assert.deepEqual(changes("a < b"), ["a <= b", "a >= b"]);
  assert.deepEqual(changes("a <= b"), ["a < b", "a > b"]);
  assert.deepEqual(changes("a > b"), ["a >= b", "a <= b"]);
  assert.deepEqual(changes("a >= b"), ["a > b", "a < b"]);
});

Deno.test("operators become their opposite or inverse", () => {
  assert.deepEqual(changes("a === b"), ["a !== b"]);
  assert.deepEqual(changes("a !== b"), ["a === b"]);
  assert.deepEqual(changes("a && b"), ["a || b"]);
  assert.deepEqual(changes("a || b"), ["a && b"]);
  assert.deepEqual(changes("a + b"), ["a - b"]);
  assert.deepEqual(changes("a % b"), ["a * b"]);
  assert.deepEqual(changes("a >>> b"), ["a << b"]);
  assert.deepEqual(changes("!a"), ["a"]);
  assert.deepEqual(changes("!!a"), ["!a"]);
  assert.deepEqual(changes("-a"), ["a"]);
  assert.deepEqual(mutated("a += b;"), ["a -= b;"]);
});

Deno.test("an operator is found past parentheses and comments", () => {
  assert.deepEqual(changes("(a) /* a * b */ * (b)"), ["(a) /* a * b */ / (b)"]);
});

Deno.test("texts are joined, not subtracted", () => {
  assert.deepEqual(changes('"a" + b'), []);
  assert.deepEqual(mutated("a += `b`;"), []);
});

Deno.test("small numbers become the next one, larger ones 0 or twice as much", () => {
  assert.deepEqual(changes("0"), ["1"]);
  assert.deepEqual(changes("0.5"), ["1.5"]);
  assert.deepEqual(changes("-1"), ["0"]);
  assert.deepEqual(changes("9"), ["10"]);
  assert.deepEqual(changes("10"), ["0"]);
  assert.deepEqual(changes("0x63"), ["0"]);
  assert.deepEqual(changes("100"), ["200"]);
  assert.deepEqual(changes("1_500.5"), ["3001"]);
  assert.deepEqual(changes("-9"), ["-8"]);
  assert.deepEqual(changes("-50"), ["-49"]);
  assert.deepEqual(changes("-100"), ["-200"]);
  assert.deepEqual(changes("7n"), ["8n"]);
  assert.deepEqual(changes("true"), ["false"]);
});

Deno.test("either side of ?? goes, in parentheses where it needs them", () => {
  assert.deepEqual(changes("a ?? b"), ["a", "b"]);
  assert.deepEqual(changes("(a ?? (() => c)).d"), ["(a).d", "((() => c)).d"]);
});

Deno.test("conditions become constants, those of loops only false", () => {
  assert.deepEqual(mutated("if (a) b;"), ["if (true) b;", "if (false) b;"]);
  assert.deepEqual(changes("a ? b : c"), ["true ? b : c", "false ? b : c"]);
  assert.deepEqual(mutated("while (a) b;"), ["while (false) b;"]);
  assert.deepEqual(mutated("for (; a;) b;"), ["for (; false;) b;"]);
  assert.deepEqual(mutated("while (true) b;"), ["while (false) b;"]);
});

Deno.test("methods become their counterpart", () => {
  assert.deepEqual(changes("a.some(b)"), ["a.every(b)"]);
  assert.deepEqual(changes("Math.min(a, b)"), ["Math.max(a, b)"]);
  assert.deepEqual(changes("a.min(b)"), []);
  assert.deepEqual(changes("a.at(-1)"), ["a.at(0)"]);
  assert.deepEqual(changes("a.at(0)"), ["a.at(-1)"]);
  assert.deepEqual(changes("a.at(1)"), ["a.at(2)"]);
});

Deno.test("a statement that is a call goes", () => {
  assert.deepEqual(mutated("if (a) b();").at(-1), "if (a) ;");
  assert.deepEqual(mutated("await a?.b();"), [";"]);
  assert.deepEqual(mutated("class A extends B { constructor() { super(); } }"), []);
});

Deno.test("types, imports, keys and the words of errors stay", () => {
  for (
    const source of [
      'import { a } from "b" with { type: "json" };',
      'export { a } from "b";',
      "type A = 1 | true; interface B { c: 2 }",
      "let a: 1; let b = c as 2; let d = new Map<3, true>();",
      "declare const a: 1;",
      "a = { 1: b, 'c': d };",
      "throw a(`${b + 1}`);",
      "a = new RangeError(`${b + 1}`, { cause: 2 });",
      "class B { a() { throw b(1); } }",
      "class AError extends BError { constructor() { super(`${a + 1}`); } }",
      "/** 1 + 1 */",
    ]
  ) assert.deepEqual(mutated(source), [], source);
});

Deno.test("durations stay, other constants do not", () => {
  assert.deepEqual(mutated("const PATIENCE_MS = 60 * 1000;"), []);
  assert.deepEqual(mutated("function a({ timeoutMs = 30_000 }) { b({ timeoutMs: 500 }); }"), [
    "function a({ timeoutMs = 30_000 }) { ; }",
  ]);
  assert.deepEqual(mutated("const ITEMS = 1;"), ["const ITEMS = 2;"]);
  assert.deepEqual(mutated("let spentMs = 0;"), ["let spentMs = 1;"]);
  assert.deepEqual(mutated("const spentMs = now() - start;"), ["const spentMs = now() + start;"]);
  assert.deepEqual(mutated("a = spentMs > 200;").length, 3);
});

Deno.test("arguments of other classes and of super in them are changed", () => {
  assert.deepEqual(changes("new A(1)"), ["new A(2)"]);
  assert.deepEqual(mutated("class A extends B { constructor() { super(1); } }"), [
    "class A extends B { constructor() { super(2); } }",
  ]);
});

Deno.test("values beside types are changed", () => {
  assert.deepEqual(changes("(1 as T)!"), ["(2 as T)!"]);
  assert.deepEqual(mutated("class A { constructor(readonly a: 1 = 1) {} }"), [
    "class A { constructor(readonly a: 1 = 2) {} }",
  ]);
  assert.deepEqual(mutated("using a = b(1) satisfies T;"), ["using a = b(2) satisfies T;"]);
});

Deno.test("a mutant says where it is and what its lines become", () => {
  const source = "class A {\n  b() {\n    const c = () => {\n      d(\n        1,\n      );\n    };\n  }\n}\n";
  const [call, constant] = findMutants("core/x.ts", source);
  assert.deepEqual({ ...call, start: 0 }, {
    path: "core/x.ts",
    line: 4,
    column: 7,
    start: 0,
    old: "d(\n        1,\n      );",
    new: ";",
    within: "A.b.c",
    before: "d(\n        1,\n      );",
    after: ";",
  });
  assert.deepEqual([constant?.line, constant?.column, constant?.before, constant?.after], [5, 9, "1,", "2,"]);
});

Deno.test("the declarations around a mutant name it, local values do not", () => {
  const names = (source: string) => findMutants("core/x.ts", source).map(({ within }) => within);
  assert.deepEqual(names("a = 1; const b = 1; function c() { const d = 1; const e = () => 1; }"), [
    "",
    "b",
    "c",
    "c.e",
  ]);
  assert.deepEqual(names("class A { b = 1; #c() { return 1; } }"), ["A.b", "A.c"]);
});

Deno.test("a mutant of another source is refused", () => {
  const [mutant] = findMutants("core/x.ts", "a = 1;");
  assert.throws(() => applyMutant("ab = 1;", mutant!), RangeError);
});
