/** What is changed at a node of the syntax tree. */
import { isNode, nameOf, type SyntaxNode } from "./syntax.ts";

/** A stretch of the source and what stands there instead. */
export interface Replacement {
  /** Offset of the first character. */
  readonly start: number;
  /** Offset after the last one. */
  readonly end: number;
  readonly text: string;
}

/** Where a node stands. */
export interface Place {
  readonly source: string;
  readonly parent: SyntaxNode | undefined;
}

/** What stands instead of an operator: the neighbouring bound, the opposite, or the inverse. */
const operators: Readonly<Record<string, readonly string[]>> = {
  "<": ["<=", ">="],
  "<=": ["<", ">"],
  ">": [">=", "<="],
  ">=": [">", "<"],
  "===": ["!=="],
  "!==": ["==="],
  "==": ["!="],
  "!=": ["=="],
  "&&": ["||"],
  "||": ["&&"],
  "+": ["-"],
  "-": ["+"],
  "*": ["/"],
  "/": ["*"],
  "%": ["*"],
  "<<": [">>"],
  ">>": ["<<"],
  ">>>": ["<<"],
  "&": ["|"],
  "|": ["&"],
  "^": ["&"],
  "+=": ["-="],
  "-=": ["+="],
  "*=": ["/="],
  "/=": ["*="],
};

/** What is called instead of a method. */
const methods: Readonly<Record<string, string>> = { some: "every", every: "some" };
const mathMethods: Readonly<Record<string, string>> = { min: "max", max: "min", floor: "ceil", ceil: "floor" };

/** Nodes that need no parentheses, wherever they stand. */
const closed = new Set(["Identifier", "Literal", "MemberExpression", "CallExpression", "ArrayExpression"]);

type Rule = (node: SyntaxNode, place: Place) => readonly Replacement[];

const field = (node: SyntaxNode, name: string): SyntaxNode => node[name] as SyntaxNode;
const whole = ({ start, end }: SyntaxNode, text: string): Replacement => ({ start, end, text });
const isText = ({ type, value }: SyntaxNode): boolean => type === "TemplateLiteral" || typeof value === "string";

/** The offset of an operator that stands after `from`, past closing parentheses and comments. */
function operatorStart(source: string, from: number): number {
  const skipped = /(?:\/\*[^]*?\*\/|\/\/[^\n]*|[\s)])*/y;
  skipped.lastIndex = from;
  return from + skipped.exec(source)![0].length;
}

function operatorSwaps(node: SyntaxNode, { source }: Place): Replacement[] {
  const operator = String(node.operator), [left, right] = [field(node, "left"), field(node, "right")];
  if (operator.startsWith("+") && (isText(left) || isText(right))) return [];
  const start = operatorStart(source, left.end);
  return (operators[operator] ?? []).map((text) => ({ start, end: start + operator.length, text }));
}

function logical(node: SyntaxNode, place: Place): readonly Replacement[] {
  if (node.operator !== "??") return operatorSwaps(node, place);
  return [field(node, "left"), field(node, "right")].map((side) => {
    const text = place.source.slice(side.start, side.end);
    return whole(node, closed.has(side.type) ? text : `(${text})`);
  });
}

/**
 * What stands instead of a number: the next one, as bounds, indices and counts are off by one. Larger ones are mostly
 * sizes, of which no test can tell one more or less: 0 instead of 10 to 99, and twice as much from 100 on.
 */
function changed(value: number): number {
  if (Math.abs(value) >= 100) return 2 * value;
  return value >= 10 ? 0 : value + 1;
}

function unary(node: SyntaxNode, { source, parent }: Place): Replacement[] {
  const argument = field(node, "argument"), doubled = parent?.type === "UnaryExpression";
  if (node.operator === "-" && typeof argument.value === "number") return [whole(node, `${changed(-argument.value)}`)];
  if (doubled || (node.operator !== "!" && node.operator !== "-")) return [];
  return [whole(node, source.slice(node.start + 1, node.end))];
}

const isArgumentOfAt = (parent: SyntaxNode | undefined): boolean =>
  parent?.type === "CallExpression" && nameOf(field(parent, "callee").property) === "at";

/** Numbers are {@link changed}, booleans turned round, and the first item of an array becomes its last: `at(0)`. */
function constant(node: SyntaxNode, { parent }: Place): Replacement[] {
  const { value } = node;
  if (parent?.type === "UnaryExpression" && parent.operator === "-") return [];
  if (value === 0 && isArgumentOfAt(parent)) return [whole(node, "-1")];
  if (typeof value === "boolean") return [whole(node, `${!value}`)];
  if (typeof value === "bigint") return [whole(node, `${value + 1n}n`)];
  return typeof value === "number" ? [whole(node, `${changed(value)}`)] : [];
}

/** Conditions become constants; those of loops only false, as true would never end. */
function condition(values: readonly string[]): Rule {
  return (node) => {
    const { test } = node;
    return isNode(test) ? values.map((text) => whole(test, text)) : [];
  };
}

function call(node: SyntaxNode): Replacement[] {
  const callee = field(node, "callee"), property = field(callee, "property"), name = nameOf(property);
  if (callee.type !== "MemberExpression" || name === undefined) return [];
  const table = nameOf(callee.object) === "Math" ? mathMethods : methods;
  return Object.hasOwn(table, name) ? [whole(property, table[name]!)] : [];
}

/** A statement that is a call is dropped, except a call of `super`. */
function statement(node: SyntaxNode): readonly Replacement[] {
  let inner = field(node, "expression");
  if (inner.type === "AwaitExpression") inner = field(inner, "argument");
  if (inner.type === "ChainExpression") inner = field(inner, "expression");
  return inner.type === "CallExpression" && field(inner, "callee").type !== "Super" ? [whole(node, ";")] : [];
}

/** What is changed, by the type of node. */
const rules: Readonly<Record<string, Rule>> = {
  BinaryExpression: operatorSwaps,
  AssignmentExpression: operatorSwaps,
  LogicalExpression: logical,
  UnaryExpression: unary,
  Literal: constant,
  IfStatement: condition(["true", "false"]),
  ConditionalExpression: condition(["true", "false"]),
  WhileStatement: condition(["false"]),
  DoWhileStatement: condition(["false"]),
  ForStatement: condition(["false"]),
  CallExpression: call,
  ExpressionStatement: statement,
};

/** All replacements at a node itself, not below it. */
export function replacementsAt(node: SyntaxNode, place: Place): readonly Replacement[] {
  return rules[node.type]?.(node, place) ?? [];
}
