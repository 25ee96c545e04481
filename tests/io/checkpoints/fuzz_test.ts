/** Damaged files of every form either are read or refused by name: nothing else is thrown, and nothing takes long. */
import { CheckpointError, openCheckpointBytes, Random } from "@zennas/zennas";
import { everyRow } from "../../scale.ts";
import { bytesOf, contents, fixture, little, patched, withoutChecksums } from "./files.ts";

const CORRUPTIONS = everyRow ? 100_000 : 10_000;

/** One file of every form and content; zips without checksums, which would find most damage before it is read. */
const seeds = Object.keys(contents).map((name) =>
  name.endsWith(".pt") ? withoutChecksums(fixture(name)) : fixture(name)
);

/** A file that is shorter after a cut is not damaged further. */
const SMALLEST = 64;

/** Numbers that mean much where a size is expected. */
const extremes = [0, 1, 2 ** 16 - 1, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1].map(BigInt).concat(
  2n ** 63n,
  2n ** 64n - 1n,
);

type Damage = (content: Uint8Array<ArrayBuffer>, random: Random) => Uint8Array<ArrayBuffer>;

const place = (content: Uint8Array, random: Random): number => random.below(content.length);

const damages: readonly Damage[] = [
  (content, random) => patched(content, place(content, random), Uint8Array.of(random.below(256))),
  (content, random) => {
    const at = place(content, random);
    return patched(content, at, Uint8Array.of(content[at]! ^ (1 << random.below(8))));
  },
  (content, random) => content.slice(0, place(content, random)),
  (content, random) => {
    const width = random.pick([2, 4, 8] as const), at = random.below(content.length - 8);
    return content.length < 9
      ? content
      : patched(content, at, little(BigInt.asUintN(8 * width, random.pick(extremes)), width));
  },
  (content, random) => { // a part is left out
    const at = place(content, random);
    return bytesOf(content.subarray(0, at), content.subarray(at + 1 + random.below(16)));
  },
  (content, random) => { // a part of any file is put in
    const other = random.pick(seeds), from = place(other, random), at = place(content, random);
    return bytesOf(content.subarray(0, at), other.subarray(from, from + random.below(64)), content.subarray(at));
  },
  (content, random) => { // a part of the same file is copied over another
    const from = place(content, random), part = content.slice(from, from + 1 + random.below(32));
    return patched(content, random.below(content.length - 32), part.slice(0, 32));
  },
];

/** The file that a corruption's number makes; the same each time. */
function corrupted(index: number): Uint8Array<ArrayBuffer> {
  const random = new Random(2_021, index);
  let content = random.pick(seeds);
  for (let count = 1 + random.below(3); count > 0 && content.length >= SMALLEST; count--) {
    content = random.pick(damages)(content, random);
  }
  return content;
}

/** Reads every element of every tensor, or is refused. */
function outcome(content: Uint8Array): string {
  try {
    using checkpoint = openCheckpointBytes(content, "damaged");
    for (const tensor of checkpoint.tensors.values()) for (const _ of tensor.chunks());
    return "read";
  } catch (error) {
    if (error instanceof CheckpointError) return error.kind;
    throw error;
  }
}

Deno.test(`${CORRUPTIONS} damaged files are read or refused by name`, () => {
  const counts = new Map<string, number>();
  for (let index = 0; index < CORRUPTIONS; index++) {
    try {
      const found = outcome(corrupted(index));
      counts.set(found, (counts.get(found) ?? 0) + 1);
    } catch (cause) {
      throw new Error(`corruption ${index} is neither read nor refused`, { cause });
    }
  }
  // Damage of all these kinds is found, and some is harmless: otherwise the corruptions would say little.
  for (const kind of ["read", "format", "truncated", "corrupt", "too-large", "unsupported", "global", "dtype"]) {
    if ((counts.get(kind) ?? 0) < CORRUPTIONS / 10_000) {
      throw new Error(`too few are ${kind}: got ${JSON.stringify([...counts])}`);
    }
  }
});
