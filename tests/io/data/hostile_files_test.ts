/** Files that are damaged or made to do harm: each is a named error, and nothing is written. */
import assert from "node:assert/strict";
import { constants, deflateRawSync, gunzipSync, gzipSync } from "node:zlib";
import { openDataFolder, openSplit } from "../../../core/io/data/mod.ts";
import { TemporaryDirectory } from "../run_case.ts";
import { cifar10Files, cifarRecord, idx, joined, tarGz, type TarMember, write } from "./data_case.ts";

const members: readonly TarMember[] = [...cifar10Files].map(([name, bytes]) => ({
  name: `cifar-10-batches-bin/${name}`,
  bytes,
}));
const test = members.at(-1)!;
const archive = tarGz(members);

/** Bytes with one changed. */
function changed(bytes: Uint8Array, at: number): Uint8Array {
  const copy = bytes.slice();
  copy[at]! ^= 0xff;
  return copy;
}

const archives: Readonly<Record<string, readonly [bytes: Uint8Array, message: RegExp]>> = {
  "cut off": [archive.subarray(0, archive.length - 20), /cifar-10-binary\.tar\.gz as /],
  "changed within": [changed(archive, archive.length >> 1), /cifar-10-binary\.tar\.gz as /],
  "changed in its checksum": [changed(archive, archive.length - 6), /cifar-10-binary\.tar\.gz as /],
  "no gzip": [new TextEncoder().encode("hello"), /cifar-10-binary\.tar\.gz as /],
  "no tar": [gzipSync(new Uint8Array(2000).fill(65)), /header is damaged, or it is no tar file/],
  "short of a header": [gzipSync(new Uint8Array(100).fill(65)), /it ends within a member's header/],
  "empty": [gzipSync(new Uint8Array()), /it holds cifar-10-batches-bin\/test_batch\.bin: got 0 of 1/],
  "a member that claims more than there is": [
    tarGz([{ ...test, size: 99_999 }]),
    /it ends within cifar-10-batches-bin/,
  ],
  "a member that claims gigabytes": [
    tarGz([{ ...test, size: 8 ** 11 - 1 }]),
    /must be at most \d+ bytes: got 8589934591/,
  ],
  "another member that claims gigabytes": [
    tarGz([{ name: "x", size: 8 ** 11 - 1 }, test]),
    /it ends within a member/,
  ],
  "a member whose header has another sum": [
    gzipSync(changed(gunzipSync(tarGz([test])), 100)),
    /a member's header is damaged/,
  ],
  "a link in place of the file": [tarGz([{ ...test, type: "2" }]), /got 0 of 1/],
  "a path out of it": [tarGz([{ ...test, name: "../cifar-10-batches-bin/test_batch.bin" }]), /got 0 of 1/],
  "labels beyond the classes": [
    tarGz([{ ...test, bytes: cifarRecord([10], 1) }]),
    /labels must be below 10: got 10 for image 0/,
  ],
  "half an image": [tarGz([{ ...test, bytes: test.bytes!.subarray(0, 4000) }]), /images of 3073 bytes each: got 4000/],
};

for (const [what, [bytes, message]] of Object.entries(archives)) {
  Deno.test(`an archive, ${what}, is refused`, async () => {
    using root = new TemporaryDirectory();
    await write(`${root.path}/cifar-10-binary.tar.gz`, bytes);
    const folder = await openDataFolder(root.path);
    await assert.rejects(() => openSplit(folder, "test"), (error) => {
      assert.equal((error as Error).name, "DataSetError");
      assert.match((error as Error).message, message);
      return true;
    });
    assert.deepEqual([...Deno.readDirSync(root.path)].map(({ name }) => name), ["cifar-10-binary.tar.gz"]);
  });
}

Deno.test("an archive that unpacks to gigabytes is given up at one", async () => {
  using root = new TemporaryDirectory();
  // Pieces of a deflate stream that end in a full flush can be repeated.
  const piece = (bytes: Uint8Array): Uint8Array => deflateRawSync(bytes, { finishFlush: constants.Z_FULL_FLUSH });
  const head = gunzipSync(tarGz([{ name: "x", size: 8 ** 11 - 1 }])).subarray(0, 512);
  const gzipHead = Uint8Array.of(0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0), zeros = piece(new Uint8Array(1 << 24));
  const pieces = [gzipHead, piece(head), ...Array<Uint8Array>(65).fill(zeros)];
  await write(`${root.path}/cifar-10-binary.tar.gz`, joined(...pieces));
  const folder = await openDataFolder(root.path);
  await assert.rejects(() => openSplit(folder, "test"), /it unpacks to more than 1073741824 bytes/);
});

const pixels = new Uint8Array(2 * 16).fill(1);
const idxFiles: Readonly<Record<string, readonly [images: Uint8Array, labels: Uint8Array, message: RegExp]>> = {
  "too short for a header": [new Uint8Array(3), idx([2], Uint8Array.of(1, 2)), /IDX file of bytes in 3 dimensions/],
  "of another type": [idx([2], Uint8Array.of(1, 2)), idx([2], Uint8Array.of(1, 2)), /IDX file of bytes in 3/],
  "cut off": [idx([2, 4, 4], pixels.subarray(1)), idx([2], Uint8Array.of(1, 2)), /2 × 4 × 4 bytes as it says: got 31/],
  "with a huge claim": [
    idx([0xffffffff, 0xffffffff, 0xffffffff], pixels),
    idx([2], Uint8Array.of(1, 2)),
    /as it says: got 32/,
  ],
  "with fewer labels": [idx([2, 4, 4], pixels), idx([1], Uint8Array.of(1)), /must have 2 labels: got 1/],
  "with labels beyond the classes": [
    idx([2, 4, 4], pixels),
    idx([2], Uint8Array.of(1, 10)),
    /below 10: got 10 for image 1/,
  ],
  "of no images": [idx([0, 4, 4], new Uint8Array()), idx([0], new Uint8Array()), /got 0 of 4 × 4/],
  "of no pixels": [idx([2, 0, 0], new Uint8Array()), idx([2], Uint8Array.of(1, 2)), /got 2 of 0 × 0/],
  "not square": [idx([2, 2, 8], pixels), idx([2], Uint8Array.of(1, 2)), /square images: got 2 of 8 × 2/],
};

for (const [what, [images, labels, message]] of Object.entries(idxFiles)) {
  Deno.test(`an IDX file ${what} is refused`, async () => {
    using root = new TemporaryDirectory();
    await write(`${root.path}/t10k-images-idx3-ubyte`, images);
    await write(`${root.path}/t10k-labels-idx1-ubyte`, labels);
    const folder = await openDataFolder(root.path);
    await assert.rejects(() => openSplit(folder), (error) => {
      assert.equal((error as Error).name, "DataSetError");
      assert.match((error as Error).message, message);
      return true;
    });
  });
}
