/** Finds the mutants of a source and applies one. */
import { type Replacement, replacementsAt } from "./operators.ts";
import { children, isNode, nameOf, parse, type SyntaxNode } from "./syntax.ts";

/** A change of one place of a source that some test should notice. */
export interface Mutant {
  /** Of the file, relative to the repository. */
  readonly path: string;
  /** From 1. */
  readonly line: number;
  /** From 1. */
  readonly column: number;
  /** Offset of the first character that is replaced. */
  readonly start: number;
  /** What stands there. */
  readonly old: string;
  /** What stands there instead. */
  readonly new: string;
  /** Names of the declarations around it, with dots; empty outside of all. */
  readonly within: string;
  /** The lines it changes, without their indentation, as they are. */
  readonly before: string;
  /** The same lines with the change. */
  readonly after: string;
}

/** TypeScript's nodes that hold an expression beside a type. */
const wrappers = new Set(["TSAsExpression", "TSSatisfiesExpression", "TSNonNullExpression", "TSParameterProperty"]);

/** Nodes that hold no value to be changed, or the words of an error, which no test should pin. */
const skipped = new Set(["ImportDeclaration", "ExportAllDeclaration", "ThrowStatement"]);

/** Nodes that give a value a name: the fields of both. */
const namings: Readonly<Record<string, readonly [name: string, value: string]>> = {
  VariableDeclarator: ["id", "init"],
  PropertyDefinition: ["key", "value"],
  AssignmentPattern: ["left", "right"],
  Property: ["key", "value"],
};

/** Whether a node names a duration, of which no test can tell more or less without depending on the machine's load. */
function isDuration(node: SyntaxNode): boolean {
  const [nameField, valueField] = namings[node.type] ?? [];
  if (nameField === undefined || valueField === undefined) return false;
  const name = nameOf(node[nameField]) ?? "", value = node[valueField];
  return name.endsWith("_MS") || (name.endsWith("Ms") && isNode(value) && Number(value.value) >= 100);
}

const isErrorName = (node: unknown): boolean => nameOf(node)?.endsWith("Error") ?? false;

/** Whether nothing at a node and below it is changed. */
function isSkipped(node: SyntaxNode, inErrorClass: boolean): boolean {
  if (node.type.startsWith("TS") && !wrappers.has(node.type)) return true;
  if (skipped.has(node.type) || node.declare === true || isDuration(node)) return true;
  if (node.type === "ExportNamedDeclaration" && node.source) return true;
  if (node.type === "NewExpression") return isErrorName(node.callee);
  return inErrorClass && node.type === "CallExpression" && isNode(node.callee) && node.callee.type === "Super";
}

/** The name that a node gives to what is below it. */
function declaredName(node: SyntaxNode, outermost: boolean): string | undefined {
  if (/^(Function|Class)Declaration$/.test(node.type)) return nameOf(node.id);
  if (/^(MethodDefinition|PropertyDefinition)$/.test(node.type)) return nameOf(node.key);
  const isFunction = isNode(node.init) && /Function/.test(node.init.type);
  return node.type === "VariableDeclarator" && (outermost || isFunction) ? nameOf(node.id) : undefined;
}

interface Visit {
  readonly node: SyntaxNode;
  readonly parent: SyntaxNode | undefined;
  readonly within: string;
  readonly inErrorClass: boolean;
}

/** All nodes that may be changed, with what is around them. */
function* visits(visit: Visit): Generator<Visit> {
  const { node, within } = visit;
  if (isSkipped(node, visit.inErrorClass)) return;
  yield visit;
  const name = declaredName(node, within === "");
  const inside = {
    parent: node,
    within: name === undefined ? within : within === "" ? name : `${within}.${name}`,
    inErrorClass: node.type === "ClassDeclaration" ? isErrorName(node.superClass) : visit.inErrorClass,
  };
  for (const child of children(node)) {
    const isKey = child === node.key && node.computed !== true;
    if (!isKey) yield* visits({ ...inside, node: child });
  }
}

function parsed(path: string, source: string): SyntaxNode {
  try {
    return parse(source);
  } catch (cause) {
    throw new SyntaxError(`Cannot find mutants as the parser must read ${path}: got ${cause}`, { cause });
  }
}

/** The mutant that a replacement makes. */
function mutantOf(
  { start, end, text }: Replacement,
  { path, source, within }: { readonly path: string; readonly source: string; readonly within: string },
): Mutant {
  const lineStart = source.lastIndexOf("\n", start - 1) + 1, head = source.slice(lineStart, start);
  const [tail] = source.slice(end).split("\n", 1), old = source.slice(start, end);
  return {
    path,
    line: source.slice(0, start).split("\n").length,
    column: head.length + 1,
    start,
    old,
    new: text,
    within,
    before: `${head}${old}${tail}`.trim(),
    after: `${head}${text}${tail}`.trim(),
  };
}

/** Every mutant of a source, by its place. Throws a SyntaxError where the source cannot be parsed. */
export function findMutants(path: string, source: string): Mutant[] {
  const found = new Map<string, Mutant>();
  const whole = { node: parsed(path, source), parent: undefined, within: "", inErrorClass: false };
  for (const { node, parent, within } of visits(whole)) {
    for (const replacement of replacementsAt(node, { source, parent })) {
      const mutant = mutantOf(replacement, { path, source, within });
      found.set(idOf(mutant), mutant);
    }
  }
  return [...found.values()].sort((a, b) => a.start - b.start);
}

/** The source with a mutant's change. Throws a RangeError where the source is not the one it was found in. */
export function applyMutant(source: string, mutant: Mutant): string {
  const end = mutant.start + mutant.old.length, found = source.slice(mutant.start, end);
  if (found !== mutant.old) {
    throw new RangeError(`Cannot apply a mutant as ${mutant.path} does not hold ${mutant.old} there: got ${found}`);
  }
  return source.slice(0, mutant.start) + mutant.new + source.slice(end);
}

/** What names a mutant in one state of the tree. */
export function idOf(mutant: Mutant): string {
  return `${mutant.path}:${mutant.start}:${mutant.old.length}:${mutant.new}`;
}
