import assert from "node:assert/strict";
import { adapter, webGpuTest } from "../kernels/webgpu.ts";
import { zen, zenJson } from "./zen.ts";

const SMALL = "SuperConvK3BNRELU(3,8,1,1)SuperResK3K3(8,16,1,8,1)";

Deno.test("devices lists and measures the CPU and every adapter, and one of them is taken by itself", async () => {
  const rows = await zenJson(["devices"]);
  assert.equal(rows.at(-1).device, "cpu");
  assert.equal(rows.filter(({ auto }) => auto).length, 1);
  assert.equal(rows.find(({ auto }) => auto).device, adapter && !adapter.software ? "webgpu:0" : "cpu");
  for (const { device, name, type, gflops, gigabytes_per_second, features, limits } of rows) {
    assert.ok(name.length > 0 && gflops > 0.1 && gigabytes_per_second > 0.01, device);
    assert.ok(["GPU", "software driver", "processor"].includes(type) && Array.isArray(features));
    assert.ok(device === "cpu" ? limits.cores >= 1 : limits.maxBufferSize > 2 ** 20);
  }
  const { stdout } = await zen(["devices"]);
  assert.match(stdout, /^device +type +GFLOP\/s[^]*^cpu/m);
});

webGpuTest("an adapter is taken by its place or a part of its name", async () => {
  const score = async (...flags: string[]) => (await zenJson(["score", SMALL, "--batch", "2", ...flags]))[0];
  const cpu = await score("--device", "cpu"), part = adapter!.name.slice(0, 5);
  for (const device of ["webgpu", "webgpu:0", `webgpu:${part}`]) {
    const row = await score("--device", device);
    assert.ok(Math.abs(row.score / cpu.score - 1) < 1e-5, device);
    assert.ok(row.device.startsWith(`webgpu, ${adapter!.name}`));
  }
  const { code, stderr } = await zen(["score", SMALL, "--device", "webgpu:no such adapter"]);
  assert.equal(code, 1);
  assert.match(stderr, /asked for no such adapter\n {2}hint: zen devices/);
});

Deno.test("half precision is refused on the CPU", async () => {
  const { code, stderr } = await zen(["score", SMALL, "--device", "cpu", "--precision", "f16"]);
  assert.equal(code, 2);
  assert.match(stderr, /it takes a WebGPU device/);
});
