import assert from "node:assert/strict";
import { readProxyData, writeProxyData } from "../../bench/proxy_data.ts";
import macroRows from "../fixtures/nasbench_macro.json" with { type: "json" };

Deno.test("raw scores read back as they were written: values, parts, reasons, and nothing where there is nothing", async () => {
  const path = await Deno.makeTempFile({ suffix: ".csv" });
  try {
    const networks = [{ text: "Conv(3,8)", accuracy: 90.5 }, { text: "02012100", accuracy: 91 }];
    const row = { network: "Conv(3,8)", parts: {}, seconds: 0.25, error: null };
    const rows = [
      { ...row, proxy: "az_nas", seed: 1, value: 0, parts: { expressivity: 2, complexity: 1e9 } },
      { ...row, proxy: "deepmad:entropy", seed: 1, value: -1.5 },
      { ...row, proxy: "deepmad:entropy", seed: 2, value: null, error: 'the score is "wide", got -Infinity' },
      { ...row, network: "02012100", proxy: "deepmad:entropy", seed: 1, value: 3e-7 },
    ];
    writeProxyData(path, { networks, rows });
    const read = await readProxyData(path);
    assert.deepEqual(read.networks, networks);
    const order = (all: typeof read.rows) =>
      all.toSorted((a, b) => `${a.network}${a.proxy}${a.seed}` < `${b.network}${b.proxy}${b.seed}` ? -1 : 1);
    assert.deepEqual(order(read.rows), order(rows));
    writeProxyData(`${path}.again`, read);
    assert.equal(await Deno.readTextFile(`${path}.again`), await Deno.readTextFile(path));
  } finally {
    await Deno.remove(path);
    await Deno.remove(`${path}.again`).catch(() => {});
  }
});

/** A working directory with a small NAS-Bench-Macro, removed in the end. */
class Checkout implements Disposable {
  readonly path = Deno.makeTempDirSync();
  constructor() {
    const rows = macroRows.map(({ code, accuracy }) => [code, { mean_acc: accuracy }]);
    Deno.mkdirSync(`${this.path}/nasbench-macro`);
    Deno.writeTextFileSync(
      `${this.path}/nasbench-macro/nas-bench-macro_cifar10.json`,
      JSON.stringify(Object.fromEntries(rows)),
    );
  }
  [Symbol.dispose](): void {
    Deno.removeSync(this.path, { recursive: true });
  }
  async compare(...more: readonly string[]): Promise<void> {
    const script = new URL("../../bench/proxies.ts", import.meta.url).href;
    const flags = [
      "--data",
      ".",
      "--benchmark",
      "nasbench-macro",
      "--only",
      "l2_norm,params",
      "--workers",
      "1",
      ...more,
    ];
    const { success, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", script, ...flags],
      cwd: this.path,
    }).output();
    assert.ok(success, new TextDecoder().decode(stderr));
  }
}

Deno.test("docs/proxies.md: scores of an earlier run count, more of them are added, and a proxy is scored anew when told", async () => {
  using checkout = new Checkout();
  const table = `${checkout.path}/docs/data/nasbench-macro-batch16.csv`;
  await checkout.compare("--sample", "20");
  const first = await readProxyData(table);
  assert.equal(first.rows.length, 2 * 20 * 3);
  const honest = first.rows.find(({ proxy, seed }) => proxy === "l2_norm" && seed === 2)!;
  const rows = first.rows.map((row) => row === honest ? { ...row, value: 123.5 } : row);
  writeProxyData(table, { ...first, rows });
  await Deno.remove(`${checkout.path}/runs`, { recursive: true });
  const again = async (...more: readonly string[]) => {
    await checkout.compare("--sample", "22", ...more);
    const { rows } = await readProxyData(table);
    const { proxy, seed, network } = honest;
    return {
      rows,
      value: rows.find((row) => row.proxy === proxy && row.seed === seed && row.network === network)!.value,
    };
  };
  const grown = await again();
  assert.deepEqual([grown.rows.length, grown.value], [2 * 22 * 3, 123.5]);
  assert.match(await Deno.readTextFile(`${checkout.path}/docs/proxies.md`), /\| params .*22 × 3/);
  const redone = await again("--redo");
  assert.deepEqual([redone.rows.length, redone.value], [2 * 22 * 3, honest.value]);
});
