/**
 * What the host must know of kernels.wasm, read from the program that the compiler has made of the sources: the words of a
 * convolution's descriptor, and the parameters of every export.
 */
import type {
  Class,
  DeclaredElement,
  File,
  FunctionDeclaration,
  NamedTypeNode,
  Program,
} from "npm:assemblyscript@0.28.20";
import type { PropertyPrototype, TypeNode } from "npm:assemblyscript@0.28.20";
import { Transform } from "npm:assemblyscript@0.28.20/transform";

/** A parameter or a field, and the type that the sources give it. */
interface Typed {
  readonly name: string;
  readonly type: string;
}

/** An export of the module. */
interface Export {
  readonly name: string;
  readonly parameters: readonly Typed[];
  readonly returns: string;
}

const typeName = (type: TypeNode | null): string => (type as NamedTypeNode).name.identifier.text;

/** A `usize` is an address, unless the sources say `Bytes`. */
const kindOf = (type: string): string => type === "usize" ? "address" : type === "Bytes" ? "bytes" : type;

/** The descriptor's fields. Throws RangeError where one is not at the word of its number. */
function descriptorFields(program: Program): Typed[] {
  const members = (program.instancesByName.get("descriptor/Convolution") as Class).members!;
  return [...members.values()].map((member, index) => {
    const { name, fieldDeclaration, instance } = member as PropertyPrototype;
    if (instance?.memoryOffset !== 4 * index) {
      throw new RangeError(`Cannot describe a convolution as every field must be the word of its number: got ${name}`);
    }
    return { name, type: typeName(fieldDeclaration!.type) };
  });
}

function elementsOf({ exports, exportsStar }: File): (readonly [string, DeclaredElement])[] {
  return [...exports ?? [], ...(exportsStar ?? []).flatMap(elementsOf)];
}

function exportsOf(program: Program): Export[] {
  return elementsOf(program.filesByName.get("kernels")!).map(([name, { declaration }]) => {
    const { parameters, returnType } = (declaration as FunctionDeclaration).signature;
    const typed = parameters.map((parameter) => ({ name: parameter.name.text, type: typeName(parameter.type) }));
    return { name, parameters: typed, returns: typeName(returnType) };
  });
}

const LINE_WIDTH = 120;

/** A property of the object that is printed, on one line where it fits. */
function printProperty(name: string, parts: readonly string[], [open, close]: readonly [string, string]): string {
  const padding = open.endsWith("{") && parts.length > 0 ? " " : "";
  const line = `  ${name}${open}${padding}${parts.join(", ")}${padding}${close}`;
  return line.length <= LINE_WIDTH
    ? line
    : [`  ${name}${open}`, ...parts.map((part) => `    ${part},`), `  ${close}`].join("\n");
}

const printFields = (fields: readonly Typed[]): string[] =>
  fields.map(({ name, type }) => `${name}: "${kindOf(type)}"`);

/** A kernel's entry; one without parameters works on the convolution that the descriptor describes. */
function printKernel({ name, parameters }: Export): string {
  if (parameters.length === 0) return `  ${name}: convolutionFields,`;
  return printProperty(name, printFields(parameters), [": {", "},"]);
}

function printSignature({ name, parameters, returns }: Export): string {
  const typed = parameters.map((parameter) => `${parameter.name}: number`);
  return printProperty(name, typed, ["(", `): ${returns === "void" ? "void" : "number"};`]);
}

function print(fields: readonly Typed[], exports: readonly Export[]): string {
  return `/** What \`deno task build:wasm\` found in the sources of kernels.wasm. */

/** The words of a convolution's descriptor, in order. */
export const convolutionFields = {
${printFields(fields).map((field) => `  ${field},`).join("\n")}
} as const;

/** The parameters of every kernel, in order; convolutions take theirs from the descriptor. */
export const kernelFields = {
${exports.filter(({ returns }) => returns === "void").map(printKernel).join("\n")}
} as const;

/** The exports of kernels.wasm. */
export interface Kernels {
  readonly memory: WebAssembly.Memory;
${exports.map(printSignature).join("\n")}
}
`;
}

/** Prints the contract of what the compiler compiles. */
export class ContractPrinter extends Transform {
  #program: Program | undefined;
  /** TypeScript, once the compiler is done. */
  text = "";

  /** Keeps the program. */
  override afterInitialize(program: Program): void {
    this.#program = program;
  }

  /** Reads it when its classes are laid out. */
  override afterCompile(): void {
    this.text = print(descriptorFields(this.#program!), exportsOf(this.#program!));
  }
}
