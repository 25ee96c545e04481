/** Which identifiers of a module name something that the module does not declare: globals. */

type Node = Deno.lint.Node;
type Identifier = Deno.lint.Identifier;

/** The fields of a node that hold names of properties, labels and exports, which refer to nothing. */
const names: Readonly<Record<string, readonly string[]>> = {
  MemberExpression: ["property"],
  Property: ["key"],
  MethodDefinition: ["key"],
  PropertyDefinition: ["key"],
  TSAbstractMethodDefinition: ["key"],
  TSAbstractPropertyDefinition: ["key"],
  TSPropertySignature: ["key"],
  TSMethodSignature: ["key"],
  TSQualifiedName: ["right"],
  TSNamedTupleMember: ["label"],
  TSImportType: ["qualifier"],
  MetaProperty: ["meta", "property"],
  LabeledStatement: ["label"],
  BreakStatement: ["label"],
  ContinueStatement: ["label"],
  ImportSpecifier: ["imported"],
  ImportAttribute: ["key"],
  ExportSpecifier: ["exported"],
  ExportAllDeclaration: ["exported"],
};

/** The fields of a node that declare names inside the node itself. */
const inner: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    [
      "FunctionDeclaration",
      "ArrowFunctionExpression",
      "TSDeclareFunction",
      "TSEmptyBodyFunctionExpression",
      "TSFunctionType",
      "TSMethodSignature",
      "TSCallSignatureDeclaration",
      "TSConstructSignatureDeclaration",
    ].map((type) => [type, ["params"]]),
  ),
  FunctionExpression: ["id", "params"],
  ClassExpression: ["id"],
  TSIndexSignature: ["parameters"],
  TSMappedType: ["key"],
  CatchClause: ["param"],
};

/** The fields of a node that declare names in the scope around it. */
const outer: Readonly<Record<string, readonly string[]>> = {
  VariableDeclarator: ["id"],
  FunctionDeclaration: ["id"],
  TSDeclareFunction: ["id"],
  ClassDeclaration: ["id"],
  TSInterfaceDeclaration: ["id"],
  TSTypeAliasDeclaration: ["id"],
  ImportSpecifier: ["local"],
  ImportDefaultSpecifier: ["local"],
  ImportNamespaceSpecifier: ["local"],
};

/** The fields through which a pattern holds the names that it declares. */
const patterns: Readonly<Record<string, readonly string[]>> = {
  ObjectPattern: ["properties"],
  ArrayPattern: ["elements"],
  RestElement: ["argument"],
  AssignmentPattern: ["left"],
  TSParameterProperty: ["parameter"],
};

const blocks = /^(Program|BlockStatement|StaticBlock|SwitchStatement|For(In|Of)?Statement)$/;

/** Whether a table's fields of a node's parent hold the node. */
function held(node: Node, table: Readonly<Record<string, readonly string[]>>): boolean {
  const parent = parentOf(node) as unknown as Readonly<Record<string, unknown>>;
  return (table[parent.type as string] ?? []).some((field) => {
    const value = parent[field];
    return value === node || Array.isArray(value) && value.includes(node);
  });
}

/** The node around another; a program is around itself. */
const parentOf = (node: Node): Node => (node as { readonly parent?: Node }).parent ?? node;

/** The nearest node around another of which something is true, or the program. */
function nearest(node: Node, is: (node: Node) => boolean): Node {
  const parent = parentOf(node);
  return parent === node || is(parent) ? parent : nearest(parent, is);
}

/** Whether an identifier is only a name, as a property's is; `[key]` is not, whose brackets the tree does not always tell. */
function isName(node: Identifier, text: string): boolean {
  const parent = parentOf(node);
  if (parent.type === "ExportSpecifier" && parent.parent.type === "ExportNamedDeclaration" && parent.parent.source) {
    return true;
  }
  return held(node, names) && (parent.type === "TSNamedTupleMember" || !/\[\s*$/.test(text.slice(0, node.range[0])));
}

/** The outermost pattern that declares an identifier: `a` gives the whole of `{ b: [a = 1] }`. */
function wholePattern(node: Node): Node {
  const parent = parentOf(node);
  if (held(node, patterns)) return wholePattern(parent);
  const inPattern = parent.type === "Property" && parentOf(parent).type === "ObjectPattern" && parent.value === node;
  return inPattern ? wholePattern(parent) : node;
}

/** The node in which an identifier or a pattern declares its names; nothing where it refers to one. */
function declaredIn(node: Node): Node | undefined {
  const parent = parentOf(node);
  if (parent.type === "TSTypeParameter" && parent.name === node) {
    const infers = parentOf(parent).type === "TSInferType";
    return infers ? nearest(parent, ({ type }) => type === "TSConditionalType") : parentOf(parentOf(parent));
  }
  const whole = wholePattern(node);
  if (held(whole, inner)) return parentOf(whole);
  return held(whole, outer) ? nearest(parentOf(whole), ({ type }) => blocks.test(type)) : undefined;
}

/** Names that a pattern or a class declares but that are not among the identifiers: those of a class are known inside it. */
export interface Hidden {
  readonly pattern: Node;
  readonly names: readonly string[];
}

/** What a module consists of, as far as names go. */
export interface ModuleNames {
  readonly text: string;
  readonly identifiers: readonly Identifier[];
  readonly hidden: readonly Hidden[];
}

/** The identifiers of a module that refer to what the module does not declare around them. */
export function globalsOf({ text, identifiers, hidden }: ModuleNames): Identifier[] {
  const scopes = new Map<string, Set<Node>>(), references: Identifier[] = [];
  const declare = (name: string, scope: Node): unknown => scopes.set(name, (scopes.get(name) ?? new Set()).add(scope));
  for (const node of identifiers.filter((each) => !isName(each, text))) {
    const scope = declaredIn(node);
    scope ? declare(node.name, scope) : references.push(node);
  }
  for (const { pattern, names } of hidden) {
    const scope = pattern.type === "ClassDeclaration" ? pattern : declaredIn(pattern);
    if (scope) names.forEach((name) => declare(name, scope));
  }
  return references.filter((node) => {
    const declaring = scopes.get(node.name);
    return !declaring?.has(nearest(node, (around) => declaring?.has(around) ?? false));
  });
}
