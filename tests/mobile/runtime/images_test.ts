/** Image files as networks take them. */
import assert from "node:assert/strict";
import { readImage, readImages } from "@zennas/zennas/mobile";
import sharp from "sharp";

type Colour = readonly [red: number, green: number, blue: number];

/** Writes a picture of coloured columns. */
async function writeColumns(path: string, { height, columns }: { height: number; columns: readonly Colour[] }) {
  const raw = { width: columns.length, height, channels: 3 } as const;
  await sharp(Uint8Array.from(Array(height).fill(columns).flat(2)), { raw }).png().toFile(path);
}

const black: Colour = [0, 0, 0], orange: Colour = [255, 51, 0];

Deno.test("an image is its centre, channels last, normalised by ImageNet's statistics", async () => {
  const path = await Deno.makeTempFile({ suffix: ".png" });
  await writeColumns(path, { height: 2, columns: [black, black, orange, orange, black, black] });
  const image = await readImage(path, [1, 2, 2, 3]);
  // (1 − 0.485)/0.229, (0.2 − 0.456)/0.224, (0 − 0.406)/0.225
  const expected = [2.24891, -1.14286, -1.80444];
  assert.equal(image.length, 12);
  image.forEach((value, index) => assert.ok(Math.abs(value - expected[index % 3]!) < 1e-4, `${index}: ${value}`));
  await Deno.remove(path);
});

Deno.test("a directory's images are the first ones by name, in that order", async () => {
  const directory = await Deno.makeTempDir();
  const colours: Readonly<Record<string, Colour>> = {
    "d.png": black,
    "a.png": orange,
    "c.png": black,
    "b.PNG": black,
    "e.png": black,
  };
  for (const [name, colour] of Object.entries(colours)) {
    await writeColumns(`${directory}/${name}`, { height: 1, columns: [colour] });
  }
  await Deno.writeTextFile(`${directory}/0.txt`, "no image");
  const { paths, images } = readImages(directory, { shape: [1, 1, 1, 3], count: 2 });
  assert.deepEqual(paths.map((path) => path.split("/").at(-1)), ["a.png", "b.PNG"]);
  const reds = (await Array.fromAsync(images)).map(([red]) => Math.sign(red!));
  assert.deepEqual(reds, [1, -1]);
  await Deno.remove(directory, { recursive: true });
});
