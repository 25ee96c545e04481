/** What the shipped sources import: packages in full with one version each, and large ones only when they are used. */
import assert from "node:assert/strict";
import { pinned, unpinned } from "../.ci/specifiers.ts";

/** Packages that few programs need. */
const large = ["@litertjs/core", "assemblyscript", "echarts", "onnxruntime-web", "sharp"];

/** What `deno info` says; what is imported for its types alone has no `code`, and is not downloaded. */
interface Graph {
  readonly modules: readonly {
    readonly dependencies?: readonly { readonly code?: unknown; readonly npmPackage?: string }[];
  }[];
}

/** The npm packages that Deno downloads before it runs a module, without versions. */
async function packagesOf(module: string): Promise<readonly string[]> {
  const args = ["info", "--json", module], cwd = new URL("../", import.meta.url);
  const { stdout } = await new Deno.Command(Deno.execPath(), { args, cwd }).output();
  const { modules }: Graph = JSON.parse(new TextDecoder().decode(stdout));
  const used = modules.flatMap(({ dependencies = [] }) => dependencies).filter(({ code }) => code);
  return [...new Set(used.flatMap(({ npmPackage }) => npmPackage?.replace(/(?<=.)@.*/, "") ?? []))];
}

Deno.test("sources name each package with the version of deno.json (deno task pin writes it)", () => {
  assert.deepEqual([...unpinned()].map(({ url }) => url.pathname), []);
});

Deno.test("bare names and other versions become those of deno.json, wherever they are imported", () => {
  const versioned = pinned('import "zod"').match(/npm:zod@[\d.]+/)![0];
  for (const name of ["zod", "npm:zod@1.2.3", "npm:zod"]) {
    for (
      const [before, after] of [["import { z } from ", ""], ["type Z = typeof import(", ")"], ["await import(", ")"]]
    ) {
      assert.equal(pinned(`${before}"${name}/mini"${after}`), `${before}"${versioned}/mini"${after}`);
    }
  }
  for (const kept of ['import "zodiac"', 'const name = "zod"', 'import "./zod"', 'from "@zennas/zennas"']) {
    assert.equal(pinned(kept), kept);
  }
});

Deno.test("programs that import mod.ts, and commands, download large packages only when they use them", async () => {
  for (const module of ["mod.ts", "mobile/mod.ts", "cli/main.ts"]) {
    const packages = await packagesOf(module);
    assert.ok(packages.includes("zod"), `${module}: ${packages.join(" ")}`);
    assert.deepEqual(packages.filter((name) => large.includes(name)), [], module);
  }
});
