/** Packages that are imported when they are used. */
import assert from "node:assert/strict";
import { importPackage, PackageError, type PackageName } from "../../core/io/packages.ts";

Deno.test("a package is imported by its name in deno.json, and a path of it", async () => {
  const { parse } = await importPackage<typeof import("csv-parse/sync")>("csv-parse", "/sync");
  assert.deepEqual(parse("a,b"), [["a", "b"]]);
});

Deno.test("a package that is not there is named, in one line", async () => {
  const path = "/none.js" as const, missing: PackageName = "zod";
  await assert.rejects(importPackage(missing, path), (error) => {
    assert.ok(error instanceof PackageError && error.cause instanceof Error);
    assert.match(error.message, /^Cannot go on as package zod must be imported: got .*none\.js/);
    return !error.message.includes("\n");
  });
});
