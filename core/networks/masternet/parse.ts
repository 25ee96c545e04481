/** Parses structure strings to syntax trees. */
import type { BlockDefinition } from "./definition.ts";
import { blockLayers, inputChannels, sequenceStride } from "./inspect.ts";
import { type BlockKind, blockNames, findKind } from "./registry.ts";
import { type Block, leaf, type Structure } from "./structure.ts";
import { nearestName } from "../../nearest.ts";
import { shorten } from "../../shorten.ts";
import { StructureSyntaxError } from "./syntax_error.ts";

/** The highest value of an argument; it keeps costs exact in float64. */
export const MAX_ARGUMENT = 65_536;
/** The most layers, and the most blocks in the text, of a structure; the limit bounds the time to build it. */
export const MAX_BLOCKS = 10_000;
/** The deepest nesting of blocks; the limit lets every function that walks them recurse safely. */
export const MAX_DEPTH = 64;

/** The most characters of the text that a message quotes. */
const LONGEST_SHOWN = 40;

const NAME = /[A-Za-z][A-Za-z0-9]*/y;
const LABEL = /([^|(),;\s]+)\|/y;
const NUMBER = /[0-9]+/y;

const EVERYWHERE: readonly [number, number] = [1, MAX_ARGUMENT];

/** Reads one text from left to right. */
class Parser {
  readonly #text: string;
  #position = 0;
  #blocks = 0;
  #layers = 0;
  /** Index in the text of each block's first character. */
  readonly positions = new Map<Block, number>();

  constructor(text: string) {
    this.#text = text;
  }

  structure(): Structure {
    const blocks: Block[] = [];
    do {
      blocks.push(this.#block(0));
    } while (this.#position < this.#text.length);
    return { blocks };
  }

  #sequence(depth: number): readonly Block[] {
    const blocks = [this.#block(depth)];
    while (this.#position < this.#text.length && !this.#at(";") && !this.#at(")")) blocks.push(this.#block(depth));
    return blocks;
  }

  #block(depth: number): Block {
    const start = this.#position, kind = this.#kind();
    if (depth > MAX_DEPTH) this.#fail(`blocks may be nested at most ${MAX_DEPTH} deep`, start);
    if (++this.#blocks > MAX_BLOCKS) this.#fail(`it may have at most ${MAX_BLOCKS} blocks`, start);
    this.#expect("(", `after ${kind.definition.name}`);
    const label = this.#match(LABEL)?.slice(0, -1);
    const unlabelled = kind.definition.branches ? this.#container(kind, depth) : this.#leaf(kind.definition);
    const block = label === undefined ? unlabelled : { ...unlabelled, label };
    this.#expect(")", `at the end of ${kind.definition.name}`);
    // Counted over all branches, not along the deepest, because the sum over the branches is what is built.
    if (block.branches.length === 0) this.#layers += blockLayers(block);
    if (this.#layers > MAX_BLOCKS) this.#fail(`it may have at most ${MAX_BLOCKS} layers: got ${this.#layers}`, start);
    this.positions.set(block, start);
    return block;
  }

  #kind(): BlockKind {
    const start = this.#position, name = this.#match(NAME);
    if (name === undefined) this.#fail(`a block's name must stand here: got ${this.#shown()}`);
    const kind = findKind(name);
    if (kind) return kind;
    const suggestion = nearestName(name, blockNames());
    return this.#fail(
      `${shorten(name, LONGEST_SHOWN)} is no known block${suggestion ? ` (did you mean ${suggestion}?)` : ""}`,
      start,
    );
  }

  #leaf(definition: BlockDefinition): Block {
    const { name, arguments: names } = definition, args: number[] = [];
    while (!this.#at(")") || args.length > 0) {
      if (args.length === names.length) this.#failCount(definition, `more, ${this.#shown()}`);
      args.push(this.#argument(definition, args.length));
      if (!this.#at(",")) break;
      this.#position++;
    }
    if (this.#at(")") && args.length < names.length) this.#failCount(definition, String(args.length));
    return leaf(name, args);
  }

  #container({ definition }: BlockKind, depth: number): Block {
    const { name, arguments: names } = definition, args: number[] = [];
    if (!definition.argumentsOptional || /^[0-9]/.test(this.#text.slice(this.#position))) {
      while (args.length < names.length) {
        args.push(this.#argument(definition, args.length));
        this.#expect(",", `after ${names[args.length - 1]} of ${name}`);
      }
    }
    const start = this.#position, branches = [this.#sequence(depth + 1)];
    while (definition.branches !== "sequence" && this.#at(";")) {
      this.#position++;
      branches.push(this.#sequence(depth + 1));
    }
    if (args.length === names.length) return { name, args, branches };
    return { name, args: names.map((argument) => this.#inferred(argument, { blocks: branches[0]!, start })), branches };
  }

  /** The value of an argument that was left out, derived from the inner blocks. */
  #inferred(
    argument: string,
    { blocks, start }: { readonly blocks: readonly Block[]; readonly start: number },
  ): number {
    const value = argument === "stride" ? sequenceStride(blocks) : blocks[0] && inputChannels(blocks[0]);
    if (value !== undefined && value <= MAX_ARGUMENT) return value;
    return this.#fail(`${argument} can only be left out where it follows from the inner blocks`, start);
  }

  #argument({ name, arguments: names, ranges }: BlockDefinition, index: number): number {
    const start = this.#position, digits = this.#match(NUMBER), argument = names[index]!;
    const [lowest, highest] = ranges?.[argument] ?? EVERYWHERE;
    const value = digits === undefined ? NaN : Number(digits);
    if (value >= lowest && value <= highest) return value;
    return this.#fail(
      `${argument} of ${name} must be a whole number from ${lowest} to ${highest}: got ${this.#shown(start)}`,
      start,
    );
  }

  #failCount({ name, arguments: names }: BlockDefinition, got: string): never {
    const numbers = names.length === 1 ? "1 number" : `${names.length} numbers`;
    return this.#fail(`${name} takes ${numbers} (${names.join(", ")}): got ${got}`);
  }

  #at(character: string): boolean {
    return this.#text[this.#position] === character;
  }

  #expect(character: string, where: string): void {
    if (!this.#at(character)) this.#fail(`"${character}" must stand here, ${where}: got ${this.#shown()}`);
    this.#position++;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#position;
    const matched = pattern.exec(this.#text)?.[0];
    if (matched !== undefined) this.#position += matched.length;
    return matched;
  }

  /** The text at a position, up to the next delimiter, for a message. */
  #shown(position = this.#position): string {
    if (position >= this.#text.length) return "the end";
    const rest = this.#text.slice(position);
    if (/^\s/.test(rest)) return "white space";
    return JSON.stringify(shorten(rest.match(/^[^(),;|\s]+/)?.[0] ?? rest[0]!, LONGEST_SHOWN));
  }

  #fail(reason: string, position = this.#position): never {
    throw new StructureSyntaxError(reason, { structure: this.#text, position });
  }
}

/**
 * Parses a structure string such as `SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,2,8,1)`: a sequence of blocks. A block
 * is `Name(arguments)` or `Name(label|arguments)`. A container has its inner blocks as the last argument, with `;`
 * between branches. White space is not allowed. The channels of neighbouring blocks need not fit, because one of the
 * published strings does not; `parseChainedStructure` checks that they do.
 *
 * Throws {@link StructureSyntaxError} for malformed text, unknown names, a wrong number or range of arguments, and
 * structures beyond {@link MAX_BLOCKS} or {@link MAX_DEPTH}.
 *
 * @example
 * ```ts
 * import { parseStructure } from "@zennas/zennas";
 * const { blocks } = parseStructure("MultiSumBlock(ConvKX(8,8,3,1)BN(8);ConvKX(8,8,1,1))RELU(8)");
 * if (blocks[0]?.branches.length !== 2) throw new Error();
 * ```
 */
export function parseStructure(text: string): Structure {
  return new Parser(text).structure();
}

/** Parses as {@link parseStructure} does, and tells where each block begins. */
export function parseWithPositions(
  text: string,
): { readonly structure: Structure; readonly positions: ReadonlyMap<Block, number> } {
  const parser = new Parser(text), structure = parser.structure();
  return { structure, positions: parser.positions };
}
