/** Which kernels compute a score and on what, so that scores of others are told apart. */
import { createHash } from "node:crypto";
import type { DeviceDescription } from "../core/graph/backend.ts";
import type { StoragePrecision } from "../core/graph/precision.ts";

/**
 * The kind of a device, its precision, and the hash of the CPU's kernels. The kernels of WebGPU go by the version of this
 * package.
 */
export async function kernelsOf(
  backend: DeviceDescription["backend"],
  precision: StoragePrecision = "f32",
): Promise<string> {
  if (backend === "webgpu") return `webgpu ${precision}`;
  const wasm = await fetch(new URL("./cpu/kernels.wasm", import.meta.url));
  const hash = createHash("sha256").update(new Uint8Array(await wasm.arrayBuffer())).digest("hex");
  return `cpu ${precision} ${hash.slice(0, 16)}`;
}

/**
 * A text for each part of a device that decides the bits of a score: the device, its arithmetic and its kernels. Two
 * processors with the same instructions give the same bits, so of a processor only its arithmetic is taken: whether a
 * multiplication and an addition round once or twice, and the architecture. Of an adapter the name is taken too.
 */
export async function deviceIdentity(device: DeviceDescription): Promise<Readonly<Record<string, string>>> {
  const { backend, name, details: arithmetic } = device;
  if (backend === "webgpu") return { device: `webgpu, ${name}`, arithmetic };
  return { device: backend, arithmetic, kernels: await kernelsOf(backend) };
}
