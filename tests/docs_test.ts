/** Documents name files that exist. */
import assert from "node:assert/strict";
import { existsSync } from "node:fs";

const root = new URL("../", import.meta.url);

/** Paths of this repository that a document names in code: `folder/…`, up to a wildcard or the end. */
function pathsIn(markdown: string): string[] {
  const named = markdown.matchAll(/`((?:core|kernels|mobile|serve|cli|bench|tests|examples|docs|\.ci)\/[\w./-]*)`/g);
  return [...named].map(([, path]) => path!);
}

for (const name of ["docs/ARCHITECTURE.md", "CONTRIBUTING.md"]) {
  Deno.test(`${name} names only files and folders that exist`, async () => {
    const paths = pathsIn(await Deno.readTextFile(new URL(name, root)));
    assert.ok(paths.length > 0);
    assert.deepEqual(paths.filter((path) => !existsSync(new URL(path, root))), []);
  });
}

Deno.test("docs/ARCHITECTURE.md describes every folder of core, kernels, mobile and serve", async () => {
  const text = await Deno.readTextFile(new URL("docs/ARCHITECTURE.md", root));
  const folders = ["core", "kernels", "mobile", "serve"].flatMap((layer) =>
    [...Deno.readDirSync(new URL(layer, root))].filter(({ isDirectory }) => isDirectory).map(({ name }) =>
      `${layer}/${name}/`
    )
  );
  assert.deepEqual(folders.filter((folder) => !text.includes(`\`${folder}\``)), []);
});
