/** The registry of the kinds of blocks that structures may use, including the user's own. */
import { nearestName } from "../../nearest.ts";
import { basicBlocks } from "./basic_blocks.ts";
import { containerBlocks } from "./container_blocks.ts";
import type { BlockDefinition } from "./definition.ts";
import type { Block } from "./structure.ts";
import { superBlocks } from "./super_blocks.ts";

/** A definition, and the index of each argument that has a meaning (−1 where there is none). */
export interface BlockKind {
  readonly definition: BlockDefinition;
  readonly in: number;
  readonly out: number;
  readonly stride: number;
  readonly layers: number;
  readonly size: number;
}

const NAME = /^[A-Za-z][A-Za-z0-9]*$/;

/** Thrown where a structure names a block that is not registered. */
export class UnknownBlockError extends RangeError {
  /** The name of the error's class. */
  override readonly name = "UnknownBlockError";
  /** The name that is not registered. */
  readonly block: string;
  /** The most similar registered name, if one is similar enough. */
  readonly suggestion: string | undefined;

  /** Creates an error about this name. */
  constructor(block: string) {
    const suggestion = nearestName(block, blockNames());
    super(
      `Cannot use an unknown block as ${
        suggestion ? `${suggestion} is the nearest known` : "no known name is near"
      }: got ${block}`,
    );
    this.block = block;
    this.suggestion = suggestion;
  }
}

function kindOf(definition: BlockDefinition): BlockKind {
  const names = definition.arguments, both = names.indexOf("channels");
  const at = (name: string): number => names.indexOf(name);
  return {
    definition,
    in: both < 0 ? at("in") : both,
    out: both < 0 ? at("out") : both,
    stride: at("stride"),
    layers: at("layers"),
    size: at("size"),
  };
}

const kinds = new Map<string, BlockKind>(
  [...superBlocks, ...basicBlocks, ...containerBlocks].map((definition) => [definition.name, kindOf(definition)]),
);

function checkDefinition({ name, arguments: names, splits }: BlockDefinition): void {
  if (!NAME.test(name)) {
    throw new RangeError(`Cannot register a block as its name must be a letter, then letters and digits: got ${name}`);
  }
  if (kinds.has(name)) throw new RangeError(`Cannot register a block as its name must be new: got ${name}`);
  if (new Set(names).size !== names.length) {
    throw new RangeError(`Cannot register ${name} as its arguments must have different names: got ${names}`);
  }
  if (splits && !["in", "out", "stride", "layers"].every((argument) => names.includes(argument))) {
    throw new RangeError(
      `Cannot register ${name} as a block that splits needs in, out, stride and layers: got ${names}`,
    );
  }
}

/**
 * Registers a user's own block: from then on it is parsed, printed, chained, built and counted like any other. To register
 * the same definition again does nothing. Throws RangeError for a name that is malformed or taken.
 *
 * @example
 * ```ts
 * import { parseStructure, referenceCost, registerBlock } from "@zennas/zennas";
 * registerBlock({
 *   name: "Stem",
 *   arguments: ["in", "out", "stride"],
 *   expand: ({ args: [inputs, outputs, stride] }) =>
 *     parseStructure(`ConvKX(${inputs},${outputs},3,${stride})BN(${outputs})RELU(${outputs})`).blocks,
 * });
 * const { parameters } = referenceCost(parseStructure("Stem(3,8,2)"), { classes: 10, resolution: 32 });
 * if (parameters !== 3 * 8 * 9 + 8 + 8 * 10 + 1) throw new Error(String(parameters));
 * ```
 */
export function registerBlock(definition: BlockDefinition): void {
  if (kinds.get(definition.name)?.definition === definition) return;
  checkDefinition(definition);
  kinds.set(definition.name, kindOf(definition));
}

/** The names of all registered blocks. */
export function blockNames(): readonly string[] {
  return [...kinds.keys()];
}

/** The kind of block with that name, or undefined. */
export function findKind(name: string): BlockKind | undefined {
  return kinds.get(name);
}

/** The kind of a block; throws {@link UnknownBlockError}. */
export function kindOfBlock({ name }: Block): BlockKind {
  const kind = kinds.get(name);
  if (!kind) throw new UnknownBlockError(name);
  return kind;
}
