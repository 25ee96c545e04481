/** Data sets for tests, written to disk as the published ones are. */
import { gzipSync } from "node:zlib";
import { dirname } from "node:path";
import sharp from "sharp";

/** Writes a file, and the folders that it is in. */
export async function write(path: string, bytes: Uint8Array): Promise<void> {
  await Deno.mkdir(dirname(path), { recursive: true });
  await Deno.writeFile(path, bytes);
}

/** The value of channel `channel` at `(row, column)` of image `seed`: every one is told from its neighbours. */
export function value(
  seed: number,
  { row, column, channel }: { row: number; column: number; channel: number },
): number {
  return (seed * 31 + row * 7 + column * 3 + channel * 101) & 255;
}

/** An image's planes, 32 × 32, behind its labels. */
export function cifarRecord(labels: readonly number[], seed: number): Uint8Array {
  const planes = Uint8Array.from(
    { length: 3072 },
    (_, at) => value(seed, { channel: at >> 10, row: (at >> 5) & 31, column: at & 31 }),
  );
  return Uint8Array.of(...labels, ...planes);
}

/** Bytes one behind the other. */
export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** The files of CIFAR-10's binary form, two images each. */
export const cifar10Files: ReadonlyMap<string, Uint8Array> = new Map(
  [...[1, 2, 3, 4, 5].map((number) => `data_batch_${number}.bin`), "test_batch.bin"].map((name, file) => [
    name,
    joined(cifarRecord([file], 2 * file), cifarRecord([9 - file], 2 * file + 1)),
  ]),
);

/** What a tar header says of a member. */
export interface TarMember {
  readonly name: string;
  readonly bytes?: Uint8Array;
  /** The size that it claims; default: what it has. */
  readonly size?: number;
  readonly type?: string;
}

/** A tar file (POSIX ustar), packed by gzip. */
export function tarGz(members: readonly TarMember[]): Uint8Array {
  return gzipSync(joined(...members.flatMap(blocksOf), new Uint8Array(1024)));
}

function blocksOf({ name, bytes = new Uint8Array(), size = bytes.length, type = "0" }: TarMember): Uint8Array[] {
  const header = new Uint8Array(512);
  const put = (at: number, text: string): void => header.set(new TextEncoder().encode(text), at);
  put(0, name);
  put(100, "0000644\0");
  put(124, `${size.toString(8).padStart(11, "0")}\0`);
  put(148, "        ");
  put(156, type);
  put(257, "ustar\x0000");
  const sum = header.reduce((total, byte) => total + byte, 0);
  put(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return [header, bytes, new Uint8Array((512 - bytes.length % 512) % 512)];
}

/** An IDX file of bytes. */
export function idx(shape: readonly number[], values: Uint8Array): Uint8Array {
  const head = new Uint8Array(4 + 4 * shape.length), view = new DataView(head.buffer);
  view.setUint32(0, 0x0800 + shape.length);
  shape.forEach((length, at) => view.setUint32(4 + 4 * at, length));
  return joined(head, values);
}

/** A PNG of one colour. */
export async function colouredPng(red: number, { width = 40, height = 30 } = {}): Promise<Uint8Array> {
  return await sharp({ create: { width, height, channels: 3, background: { r: red, g: 20, b: 30 } } }).png().toBuffer();
}

/** A folder of classes with images; `broken` are texts named like images. */
export async function writeFolders(root: string, { images, broken = [] }: {
  readonly images: readonly string[];
  readonly broken?: readonly string[];
}): Promise<void> {
  for (const [index, name] of images.entries()) await write(`${root}/${name}`, await colouredPng(index * 10));
  for (const name of broken) await write(`${root}/${name}`, new TextEncoder().encode("no image"));
}
