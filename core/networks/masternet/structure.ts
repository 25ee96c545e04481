/** The syntax tree of a structure string. */

/**
 * One block: its name, its arguments, and its inner blocks. A super block such as `SuperResK3K3(64,128,2,64,1)` has
 * five arguments and no inner blocks; a container such as `MultiSumBlock(a;b)` has one branch for each part between
 * semicolons. Blocks are immutable and may be shared between structures.
 */
export interface Block {
  /** The name of its kind. */
  readonly name: string;
  /** The part before `|`. It has no meaning. */
  readonly label?: string;
  /** The arguments, in the order of the block's definition. */
  readonly args: readonly number[];
  /** Sequences of inner blocks; empty for a leaf. */
  readonly branches: readonly (readonly Block[])[];
}

/** A network as a sequence of blocks; a classifier follows the last one (see `lowerStructure`). */
export interface Structure {
  /** The blocks, from input to output. */
  readonly blocks: readonly Block[];
}

const NO_BRANCHES: Block["branches"] = [];

/** A block without inner blocks. */
export function leaf(name: string, args: readonly number[]): Block {
  return { name, args, branches: NO_BRANCHES };
}

/** A block with one sequence of inner blocks. */
export function container(name: string, args: readonly number[], inner: readonly Block[]): Block {
  return { name, args, branches: [inner] };
}
