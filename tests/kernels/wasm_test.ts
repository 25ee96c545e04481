import assert from "node:assert/strict";

Deno.test("the committed module is what its sources give", async () => {
  const build = new URL("../../kernels/cpu/build/main.ts", import.meta.url);
  const { code, stderr } = await new Deno.Command(Deno.execPath(), { args: ["run", "-A", build.href, "--check"] })
    .output();
  assert.equal(code, 0, new TextDecoder().decode(stderr));
});
