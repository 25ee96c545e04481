/** Blocks, proxies and spaces of one's own in every command that takes structures, by the examples. */
import assert from "node:assert/strict";
import { TemporaryDirectory } from "../io/run_case.ts";
import { createProgram } from "../../cli/program.ts";
import { zen, zenJson } from "./zen.ts";

const STRUCTURE = "SuperConvK3BNRELU(3,16,1,1)GhostK3(16,32,2)SuperResK3K3(32,64,2,32,1)";
const BLOCK = ["--module", "examples/custom_block.ts"];
const SMALL = ["--resolution", "8", "--batch", "4"];

Deno.test("every command that takes structures takes blocks of a module, and knows none of them without", async () => {
  using temporary = new TemporaryDirectory();
  const file = `${temporary.path}/net.tflite`, csv = `${temporary.path}/nets.csv`;
  Deno.writeTextFileSync(csv, `structure,accuracy\n"${STRUCTURE}",1\n"SuperConvK3BNRELU(3,16,1,1)",2\n`);
  const calls: readonly (readonly [string, ...string[]])[] = [
    ["analyze", STRUCTURE],
    ["score", STRUCTURE, ...SMALL],
    ["forward", STRUCTURE, "--resolution", "8"],
    ["space", "examples/custom_space.ts", STRUCTURE, "1"],
    ["export", STRUCTURE, "--resolution", "8", "--out", file],
    ["verify", file, "--images", "1"],
    ["correlate", "--benchmark", csv, "--proxy", "params", "--seeds", "1", "--out", `${temporary.path}/report`],
    [
      ...["search", "--init", STRUCTURE, "--space", "examples/custom_space.ts", "--proxy", "params"] as const,
      ...["--max-evaluations", "4", "--out", `${temporary.path}/run`],
    ],
  ];
  for (const call of calls) {
    const known = await zen([...call, ...BLOCK]);
    assert.equal(known.code, 0, `${call[0]}: ${known.stderr}`);
    const { code, stderr } = await zen(call);
    assert.ok(code === 1 || code === 2, call[0]);
    assert.match(stderr, /GhostK3 is no known block|GhostK3.*got/, call[0]);
  }
  const takesStructures = createProgram().commands.filter(({ options }) =>
    options.some(({ long }) => long === "--module")
  );
  assert.deepEqual(takesStructures.map((command) => command.name()).sort(), calls.map(([name]) => name).sort());
});

Deno.test("proxies and spaces of modules go by their names, several modules at once", async () => {
  using temporary = new TemporaryDirectory();
  const modules = ["block", "proxy", "space"].flatMap((name) => ["--module", `examples/custom_${name}.ts`]);
  const [scored] = await zenJson(["score", STRUCTURE, ...modules, "--proxy", "logit-spread", ...SMALL]);
  const [named] = await zenJson(["score", STRUCTURE, ...BLOCK, "--proxy", "examples/custom_proxy.ts", ...SMALL]);
  assert.equal(scored.score, named.score);
  const [space] = await zenJson(["space", "depth-and-stride", STRUCTURE, "1", ...modules]);
  assert.deepEqual(space.distinct, ["GhostK3(16,32,1)", "GhostK3(16,32,2)"]);
  const out = `${temporary.path}/run`;
  const search = ["search", "--init", STRUCTURE, "--space", "depth-and-stride", "--proxy", "logit_spread", ...SMALL];
  const events = await zenJson([...search, ...modules, "--max-evaluations", "6", "--out", out]);
  assert.match(events.at(-1).best.structure, /GhostK3/);
  const [run] = await zenJson(["runs", "show", out]);
  const urls = ["block", "proxy", "space"].map((name) => import.meta.resolve(`../../examples/custom_${name}.ts`));
  assert.deepEqual(run.config.modules, urls);
  assert.deepEqual(Object.keys(run.sessions[0].machine.modules), urls);
});

Deno.test("a file names modules beside it, and a resumed run finds them and the same proposals", async () => {
  using temporary = new TemporaryDirectory();
  const folder = temporary.path, env = { XDG_CONFIG_HOME: `${folder}/config` }, place = { cwd: folder, env };
  for (const name of ["block", "space"]) Deno.copyFileSync(`examples/custom_${name}.ts`, `${folder}/${name}.ts`);
  Deno.writeTextFileSync(
    `${folder}/my.yaml`,
    `preset: params-cifar-params1M\nmodules: [block.ts, ./space.ts]\nspace: depth-and-stride\n` +
      `initialStructure: ${STRUCTURE}\nmaxProposals: 40\n`,
  );
  const trust = await zen(["trust", "my.yaml"], place);
  assert.equal(trust.code, 0, trust.stderr);
  const journal = async (out: string) =>
    (await zenJson(["runs", "show", out, "--journal"], place)).map(({ time_ms: _, ...row }) => row);
  await zenJson(["search", "--preset", "my.yaml", "--out", "whole"], place);
  const [started] = await zenJson(
    ["search", "--preset", "my.yaml", "--out", "other", "--init", "GhostK3(3,8,1)", "--max-proposals", "1"],
    place,
  );
  assert.equal(started.best.structure, "GhostK3(3,8,1)");
  await zenJson(["search", "--preset", "my.yaml", "--out", "halves", "--max-proposals", "20"], place);
  const modules = ["--module", "block.ts", "--module", "space.ts"];
  await zenJson(["runs", "resume", "halves", "--max-proposals", "40", ...modules], place);
  assert.deepEqual(await journal("halves"), await journal("whole"));
  assert.ok((await journal("whole")).some(({ structure }) => structure.includes("GhostK3(16,32,1)")));
});

Deno.test("correlate takes new scores where a module that may define its blocks has changed", async () => {
  using temporary = new TemporaryDirectory();
  const folder = temporary.path, module = `${folder}/block.ts`, csv = `${folder}/nets.csv`;
  Deno.writeTextFileSync(csv, 'structure,accuracy\n"Wide(3,8)",1\n"Wide(3,16)",2\n');
  const scores = async (kernel: number) => {
    Deno.writeTextFileSync(
      module,
      `import { parseStructure } from "@zennas/zennas";
      export const block = {
        name: "Wide", arguments: ["in", "out"],
        expand: ({ args: [a, b] }) => parseStructure(\`ConvKX(\${a},\${b},${kernel},1)\`).blocks,
      };`,
    );
    const call = ["correlate", "--benchmark", csv, "--proxy", "params", "--seeds", "1", "--out", `${folder}/report`];
    const { code, stderr } = await zen([...call, "--module", module]);
    assert.equal(code, 0, stderr);
    return JSON.parse(Deno.readTextFileSync(`${folder}/report/correlation.json`)).proxies[0].scores[0];
  };
  assert.equal(await scores(3) - await scores(1), 3 * 8 * 8);
});

Deno.test("a module that cannot be used is one line with its path; exit code 1 where it cannot be read, else 2", async () => {
  for (
    const [module, expected, message] of [
      ["none.ts", 1, /cannot read .* no such file/],
      ["deno.json", 2, /can be imported/],
    ] as const
  ) {
    const { code, stdout, stderr } = await zen(["analyze", STRUCTURE, "--module", module]);
    assert.deepEqual([code, stdout], [expected, ""]);
    assert.match(stderr, message);
    assert.ok(stderr.includes(module), stderr);
  }
});
