/** Which adapters are listed, and which one a choice means, on machines that this one is not. */
import assert from "node:assert/strict";
import { NoAdapterError } from "../../kernels/mod.ts";
import { type AdapterChoice, listAdapters, requestAdapter } from "../../kernels/webgpu/adapters.ts";
import { rateOf } from "../../kernels/webgpu/speed.ts";

/** What a driver says of an adapter. */
interface Told {
  readonly description?: string;
  readonly device?: string;
  readonly vendor?: string;
  readonly software?: boolean;
}

function adapterOf({ description = "", device = "", vendor = "", software = false }: Told): GPUAdapter {
  const info = { description, device, vendor, architecture: "a", isFallbackAdapter: software };
  return {
    info,
    features: new Set(["b", "a"]),
    limits: { maxBufferSize: 7, name: "no number" },
  } as unknown as GPUAdapter;
}

/** Runs with a system that answers each kind of request; undefined for one without WebGPU. */
async function on<T>(
  system: Partial<Record<"strong" | "weak" | "software", Told>> | undefined,
  work: () => Promise<T>,
) {
  const kindOf = ({ powerPreference, forceFallbackAdapter }: GPURequestAdapterOptions) =>
    forceFallbackAdapter ? "software" : powerPreference === "high-performance" ? "strong" : "weak";
  const gpu = system && {
    requestAdapter: (request: GPURequestAdapterOptions) => {
      const told = system[kindOf(request)];
      return Promise.resolve(told ? adapterOf(told) : null);
    },
  };
  Object.defineProperty(navigator, "gpu", { value: gpu, configurable: true });
  try {
    return await work();
  } finally {
    delete (navigator as { gpu?: unknown }).gpu; // the prototype's own shows again
  }
}

const [fast, slow, cpu] = [{ description: "Fast" }, { device: "Slow" }, { vendor: "soft", software: true }];
const names = async () => (await listAdapters()).map(({ index, name, software }) => [index, name, software]);

Deno.test("adapters are listed once, hardware before software, by what the driver calls them", async () => {
  const all = await on({ strong: fast, weak: slow, software: cpu }, names);
  assert.deepEqual(all, [[0, "Fast", false], [1, "Slow", false], [2, "soft", true]]);
  assert.deepEqual(await on({ strong: fast, weak: fast }, names), [[0, "Fast", false]]);
  assert.deepEqual(await on({ strong: cpu, weak: slow }, names), [[0, "Slow", false], [1, "soft", true]]);
  assert.deepEqual(await on({ software: {} }, names), [[0, "unnamed adapter", false]]);
  assert.deepEqual([await on({}, names), await on(undefined, names)], [[], []]);
  const [one] = await on({ weak: slow }, listAdapters);
  assert.deepEqual([one!.features, one!.limits], [["a", "b"], { maxBufferSize: 7 }]);
});

Deno.test("an adapter is chosen by its place or a part of its name; the best is the first", async () => {
  const chosen = (choice: AdapterChoice) =>
    on({ strong: fast, weak: slow, software: cpu }, async () => (await requestAdapter(choice)).description.name);
  for (const [choice, name] of [["best", "Fast"], [1, "Slow"], ["sLO", "Slow"], ["o", "Slow"], [2, "soft"]] as const) {
    assert.equal(await chosen(choice), name, `${choice}`);
  }
  for (const choice of [3, "none"]) {
    await assert.rejects(chosen(choice), (error) => {
      assert.ok(error instanceof NoAdapterError);
      assert.deepEqual(error.known, ["Fast", "Slow", "soft"]);
      return true;
    });
  }
});

Deno.test("a rate is work by time, of an amount that takes long enough, at its faster of two passes", async () => {
  const asked: number[] = [];
  const rate = await rateOf((amount) => {
    asked.push(amount);
    return Promise.resolve(asked.length === 1 ? 1000 : asked.length === 7 ? amount / 0.5 : amount / 0.4);
  });
  // One pass to warm up, then 1, 2, 4, 8 and 16: 16 / 0.4 = 40 ms are long enough, and are done again.
  assert.deepEqual([asked, rate], [[1, 1, 2, 4, 8, 16, 16], 0.5]);
  assert.equal(await rateOf((amount) => Promise.resolve(amount / 2 ** 20)), 2 ** 20);
});
