import assert from "node:assert/strict";
import sharp from "sharp";
import { BrokenImageError, decodeFile, decodeImage } from "../../../core/io/data/mod.ts";
import { bytesOf, expected, fixture, largestDifference } from "../../images/images_case.ts";
import { TemporaryDirectory } from "../run_case.ts";

for (const [name, { mode, size, pixels }] of Object.entries(expected.decoded)) {
  Deno.test(`${name} (${mode} in Pillow) is decoded as Pillow converts it to RGB`, async () => {
    const image = await decodeFile(fixture(`formats/${name}`));
    assert.deepEqual([image.width, image.height], size);
    assert.equal(largestDifference(image.pixels, bytesOf(pixels)), 0);
  });
}

Deno.test("what is no whole image is refused with a reason", async () => {
  const jpeg = await Deno.readFile(fixture("formats/rgb.jpg")), png = await Deno.readFile(fixture("formats/rgb.png"));
  const cases: readonly (readonly [bytes: Uint8Array, reason: RegExp])[] = [
    [new Uint8Array(), /^it is empty$/],
    [new TextEncoder().encode("hello"), /unsupported image format/],
    [jpeg.subarray(0, -2), /premature end/],
    [jpeg.subarray(0, jpeg.length / 2), /premature end/],
    [png.subarray(0, png.length / 2), /\w$/],
    [hugePng(15_000, 12_500), /exceeds pixel limit/],
    [hugePng(0x7fffffff, 0x7fffffff), /\w/],
  ];
  for (const [bytes, reason] of cases) {
    await assert.rejects(() => decodeImage(bytes), (error) => {
      assert.ok(error instanceof BrokenImageError);
      assert.match(error.message, reason);
      assert.doesNotMatch(error.message, /\n/);
      return true;
    });
  }
});

/** The head of a PNG that claims a size. */
function hugePng(width: number, height: number): Uint8Array {
  const bytes = Deno.readFileSync(fixture("formats/rgb.png")), view = new DataView(bytes.buffer);
  view.setUint32(16, width);
  view.setUint32(20, height);
  view.setUint32(29, crc32(bytes.subarray(12, 29)));
  return bytes;
}

function crc32(bytes: Uint8Array): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

Deno.test("what is no file is refused before it is read", async () => {
  using folder = new TemporaryDirectory();
  await assert.rejects(() => decodeFile(folder.path), { name: "BrokenImageError", message: "it is no file" });
  await assert.rejects(() => decodeFile(`${folder.path}/none.png`), { name: "BrokenImageError" });
  const large = `${folder.path}/large.png`;
  await Deno.writeTextFile(large, "");
  await Deno.truncate(large, 2 ** 28 + 1);
  await assert.rejects(() => decodeFile(large), { message: "it is larger than 268435456 bytes: got 268435457" });
});

Deno.test("corrupted files are decoded or refused, never anything else", async () => {
  const bytes = await Promise.all(
    ["rgb.jpg", "rgb.png", "cmyk.tif", "alpha.webp", "grey16.png"].map((name) =>
      Deno.readFile(fixture(`formats/${name}`))
    ),
  );
  let refused = 0, state = 1;
  const draw = (below: number): number => (state = Math.imul(state, 1664525) + 1013904223 >>> 0) % below;
  for (let round = 0; round < 300; round++) {
    const copy = bytes[round % bytes.length]!.slice();
    for (let change = 0; change < 3; change++) copy[draw(copy.length)] = draw(256);
    try {
      const { width, height, pixels } = await decodeImage(copy);
      assert.equal(pixels.length, width * height * 3);
    } catch (error) {
      assert.ok(error instanceof BrokenImageError, String(error));
      refused++;
    }
  }
  assert.ok(refused > 20 && refused < 280, `${refused}`);
});

Deno.test("a photograph has its own size, not one scaled down while it is decoded", async () => {
  const noise = { create: { width: 500, height: 375, channels: 3, background: "#336699" } } as const;
  const { width, height } = await decodeImage(await sharp(noise).jpeg().toBuffer());
  assert.deepEqual([width, height], [500, 375]);
});
