import assert from "node:assert/strict";
import { diagnose, type MeasurementError, parseBenchmark, parseProfile } from "../../../mobile/phone/mod.ts";
import { checkAbi } from "../../../mobile/phone/elf.ts";
import { toArguments } from "../../../mobile/phone/flags.ts";
import { rejectsWith } from "../rejects.ts";

/** What a build of 2020 printed (tensorflow issue 43541), shortened. */
const OLD = `STARTING!
Min num runs: [50]
Graph: [/data/local/tmp/m.tflite]
Loaded model /data/local/tmp/m.tflite
The input model file size (MB): 7.07479
Initialized session in 870.557ms.
Running benchmark for at least 1 iterations and at least 0.5 seconds but terminate if exceeding 150 seconds.
count=4 first=130565 curr=120829 min=117370 max=130565 avg=122373 std=4930

Running benchmark for at least 50 iterations and at least 1 seconds but terminate if exceeding 150 seconds.
count=50 first=119212 curr=118055 min=113737 max=124776 avg=119375 std=1948

Inference timings in us: Init: 870557, First inference: 130565, Warmup (avg): 122373, Inference (avg): 119375
`;

/** As newer builds print: a prefix, percentiles, and doubles with six digits. */
const SLOW = `INFO: STARTING!
INFO: Explicitly applied GPU delegate, and the model graph will be partially executed by the delegate w/ 2 delegate kernels.
INFO: count=1 curr=2051234
INFO: count=50 first=2.0512e+06 curr=2.0499e+06 min=2.0401e+06 max=2.1e+06 avg=2.05123e+06 std=9000 p5=2.041e+06 median=2.05e+06 p95=2.09e+06
INFO: Inference timings in us: Init: 1.2e+06, First inference: 2051234, Warmup (avg): 2.05123e+06, Inference (avg): 2.05123e+06
INFO: Overall peak memory footprint (MB) via periodic monitoring: 41.5
`;

Deno.test("output of both kinds of build, with and without prefix, percentiles and exponents", () => {
  const old = parseBenchmark(OLD, 50);
  assert.deepEqual([old.measured.count, old.measured.avgUs, old.measured.medianUs], [50, 119375, null]);
  assert.deepEqual([old.warmup.count, old.warmup.avgUs, old.initUs], [4, 122373, 870557]);
  const slow = parseBenchmark(SLOW.replaceAll("\n", "\r\n"), 50);
  assert.deepEqual([slow.measured.medianUs, slow.measured.p95Us, slow.measured.avgUs], [2.05e6, 2.09e6, 2051230]);
  assert.deepEqual([slow.warmup.avgUs, slow.initUs, slow.delegated, slow.peakMemoryMb], [
    2051234,
    1.2e6,
    "partial",
    41.5,
  ]);
});

Deno.test("inferences that all took the same time, glued words and all", () => {
  const same = SLOW.replace(/count=50 .*/, "count=50 curr=777(all same)");
  const { measured } = parseBenchmark(same, 50);
  assert.deepEqual([measured.minUs, measured.medianUs, measured.p95Us, measured.stdUs], [777, 777, 777, 0]);
});

Deno.test("the older line of timings", () => {
  const line = "Average inference timings in us: Warmup: 83235, Init: 38467, Inference: 79760.9";
  assert.equal(parseBenchmark(OLD.replace(/Inference timings.*/, line), 50).initUs, 38467);
});

Deno.test("an early end, a dry run and garbage are errors that keep what was printed", async () => {
  const early = await rejectsWith<MeasurementError>(() => parseBenchmark(OLD, 100), "BENCH_TOO_FEW_RUNS");
  assert.deepEqual([early.data.count, early.data.runs], [50, 100]);
  await rejectsWith(() => parseBenchmark(SLOW.replace(/count=50 .*/, "count=0"), 50), "BENCH_TOO_FEW_RUNS");
  for (const text of ["", "\0\x01garbage", OLD.slice(0, 300), OLD.replace(/Inference timings.*/, "")]) {
    assert.equal((await rejectsWith<MeasurementError>(() => parseBenchmark(text, 50), "BENCH_OUTPUT")).data.text, text);
  }
});

Deno.test("every prefix of an output is an error, never a number", async () => {
  for (let end = 0; end < OLD.indexOf(" (avg): 119375"); end += 7) {
    await rejectsWith(() => parseBenchmark(OLD.slice(0, end), 50), "BENCH_OUTPUT");
  }
});

Deno.test("texts and exit codes of failures", () => {
  const codes = [
    [0, "WARNING: Unconsumed cmdline flags: --use_magic=true", "BENCH_FLAGS"],
    [1, "ERROR: Didn't find op for builtin opcode 'CONV_2D' version '9'", "BENCH_OP_VERSION"],
    [1, "Failed to load model /data/local/tmp/m.tflite", "BENCH_MODEL_LOAD"],
    [1, "Failed to allocate tensors!", "BENCH_MODEL_LOAD"],
    [1, "Failed to apply GPU delegate.", "BENCH_DELEGATE"],
    [
      0,
      "Though NNAPI delegate is explicitly applied, the model graph will not be executed by the delegate.",
      "BENCH_DELEGATE",
    ],
    [1, "taskset: failed to set pid 123's affinity: Invalid argument", "TASKSET_FAILED"],
    [126, "sh: ./benchmark_model: not executable: 64-bit ELF file", "WRONG_ABI"],
    [137, "STARTING!", "BENCH_CRASH"],
    [139, "", "BENCH_CRASH"],
    [1, "Benchmarking failed.", "BENCH_FAILED"],
    [0, OLD, undefined],
  ] as const;
  for (const [exitCode, text, code] of codes) assert.equal(diagnose({ exitCode, text })?.code, code, text);
});

Deno.test("the table of operators of old and new builds", () => {
  const table = (start: string, cell: string) =>
    `============================== Run Order ==============================
\t             [node type]\t${start}  [first]\t [avg ms]\t     [%]\t  [cdf%]\t  [mem KB]\t[times called]\t[Name]
\t                 CONV_2D\t${cell}    4.160\t    4.153\t  3.479%\t  3.479%\t     0.000\t        1\t[stem/relu]:0
\t       DEPTHWISE_CONV_2D\t${cell}    2.000\t    1.990\t  1.700%\t  5.179%\t     0.000\t        1\t[block/dw]:1

============================== Top by Computation Time ==============================
`;
  for (const text of [table("", ""), table("          [start]\t", "    0.000\t")]) {
    assert.deepEqual(parseProfile(text), [
      { kind: "CONV_2D", averageMs: 4.153, percent: 3.479, name: "[stem/relu]:0" },
      { kind: "DEPTHWISE_CONV_2D", averageMs: 1.99, percent: 1.7, name: "[block/dw]:1" },
    ]);
  }
  assert.deepEqual(parseProfile(OLD), []);
});

Deno.test("flags in the binary's words", () => {
  const flags = {
    graph: "m.tflite",
    threads: 4,
    delegate: "gpu",
    runs: 7,
    warmupRuns: 2,
    minSeconds: 1,
    maxSeconds: 9,
  } as const;
  assert.deepEqual(toArguments({ ...flags, profile: true }), [
    "--graph=m.tflite",
    "--num_threads=4",
    "--num_runs=7",
    "--warmup_runs=2",
    "--min_secs=1",
    "--max_secs=9",
    "--use_gpu=true",
    "--enable_op_profiling=true",
  ]);
  assert.equal(toArguments({ ...flags, delegate: "nnapi" }).at(-1), "--use_nnapi=true");
  assert.equal(toArguments({ ...flags, delegate: "cpu" }).at(-1), "--max_secs=9");
});

Deno.test("a binary for another processor is refused before it is pushed", async () => {
  const elf = (machine: number): Uint8Array => {
    const bytes = new Uint8Array(64);
    bytes.set([0x7f, 0x45, 0x4c, 0x46, 2, 1]);
    bytes[18] = machine;
    return bytes;
  };
  const abis = ["arm64-v8a", "armeabi-v7a"];
  checkAbi(elf(183), abis);
  checkAbi(elf(40), abis);
  checkAbi(new TextEncoder().encode("#!/system/bin/sh\n"), abis);
  const error = await rejectsWith<MeasurementError>(() => checkAbi(elf(62), abis), "WRONG_ABI");
  assert.deepEqual(error.data, { abi: "x86_64", abis });
  await rejectsWith(() => checkAbi(new Uint8Array(3), abis), "WRONG_ABI");
});
