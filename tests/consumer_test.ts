/** A program outside of this repository that imports the package type-checks, whatever its compiler options. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import manifest from "../deno.json" with { type: "json" };
import { TemporaryDirectory } from "./io/run_case.ts";

const root = fileURLToPath(import.meta.resolve("../"));

/** A map's entries with paths as they are from anywhere. */
function absolute(map: Readonly<Record<string, string>>, key = (name: string) => name): Record<string, string> {
  return Object.fromEntries(
    Object.entries(map).map(([name, path]) => [key(name), path.startsWith("./") ? `${root}${path.slice(2)}` : path]),
  );
}

const names = Object.keys(manifest.exports).map((name) => `${manifest.name}${name.slice(1)}`);
const exports = absolute(manifest.exports, (name) => `${manifest.name}${name.slice(1)}`);

/** Configurations of the program, by how it imports the package. */
const ways: Readonly<Record<string, object>> = {
  "by link, with Deno's own options": {
    links: [root],
    imports: { [manifest.name]: `jsr:${manifest.name}@^${manifest.version}` },
  },
  "by path, with strict alone": {
    imports: { ...absolute(manifest.imports), ...exports },
    compilerOptions: { strict: true, noImplicitOverride: false },
  },
};

for (const [way, configuration] of Object.entries(ways)) {
  Deno.test(`a program that imports every export ${way} type-checks, with the examples as its own files`, async () => {
    using temporary = new TemporaryDirectory();
    const folder = temporary.path;
    Deno.copyFileSync(`${root}deno.lock`, `${folder}/deno.lock`);
    Deno.writeTextFileSync(`${folder}/deno.json`, JSON.stringify({ ...configuration, lock: "./deno.lock" }));
    const imports = names.map((name, index) => `import * as e${index} from "${name}";`);
    const program = [
      ...imports,
      `console.log(${names.map((_, index) => `e${index}`).join()});`,
      "const wrong: string = 1;",
    ];
    Deno.writeTextFileSync(`${folder}/program.ts`, program.join("\n"));
    const examples = ["block", "proxy", "space"].map((name) => `custom_${name}.ts`);
    for (const name of examples) Deno.copyFileSync(`${root}examples/${name}`, `${folder}/${name}`);
    const command = new Deno.Command(Deno.execPath(), {
      args: ["check", "program.ts", ...examples],
      cwd: folder,
      env: { NO_COLOR: "1" },
    });
    const errors = new TextDecoder().decode((await command.output()).stderr).match(/TS\d+ \[ERROR\].*/g);
    // One mistake shows that all is checked.
    assert.deepEqual(errors, ["TS2322 [ERROR]: Type 'number' is not assignable to type 'string'."]);
  });
}
