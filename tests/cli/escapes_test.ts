/** What files, arguments and phones say is shown by the terminal, and never obeyed. */
import assert from "node:assert/strict";
import { visible } from "../../cli/visible.ts";
import { TemporaryDirectory } from "../io/run_case.ts";
import { exported, network } from "../mobile/networks.ts";
import { directly, zenPhone } from "../mobile/phone/harness.ts";
import { Adbd } from "../mobile/scripted_phone/adbd.ts";
import { Phone } from "../mobile/scripted_phone/phone.ts";
import { zen, zenJson } from "./zen.ts";

/** Clears a screen, sets a title, C1's CSI, turns text around, hides, deletes, returns to the line's start. */
const HOSTILE = "\x1b[2J\x1b]0;owned\x07\x9b31m\u202etxt\u2066\u200b\x7f\rzen";

/** What a terminal would obey; of what a command prints, only line ends and tabs are left. */
// deno-lint-ignore no-control-regex
const OBEYED = /[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/;

/** `zen` with arguments; nothing that it prints may be obeyed. */
async function shown(args: readonly string[], input = ""): Promise<string> {
  const { stdout, stderr } = await zen(args, input);
  assert.doesNotMatch(stdout + stderr, OBEYED, args.join(" "));
  return stdout + stderr;
}

Deno.test("characters that cannot be seen are spelled out, all others stay", () => {
  assert.equal(visible(HOSTILE), "\\u001b[2J\\u001b]0;owned\\u0007\\u009b31m\\u202etxt\\u2066\\u200b\\u007f\\u000dzen");
  for (const text of ["a\tb\nc\r\nd", "größe 网络 ρ → ≥ 🙂", "  ^"]) assert.equal(visible(text), text);
  assert.equal(visible("\u{e0001}"), "\\udb40\\udc01"); // a tag, which is invisible, in two units
  const value = { name: HOSTILE, line: "a\nb" };
  assert.deepEqual(JSON.parse(visible(JSON.stringify(value))), value);
});

Deno.test("hostile arguments, names and lines of files are text in what commands say of them", async () => {
  using folder = new TemporaryDirectory();
  const path = `${folder.path}/${HOSTILE}`;
  assert.match(await shown(["analyze", `SuperConv${HOSTILE}(3,8,1,1)`]), /cannot parse/);
  assert.match(await shown(["analyze", "--file", "-"], `${HOSTILE}\n`), /standard input:1: cannot parse/);
  assert.match(await shown(["analyze", "--file", path]), /cannot read .*\\u001b\[2J.*\\u202etxt/);
  assert.match(await shown(["score", "RELU(3)", "--proxy", HOSTILE]), /got \\u001b\[2J/);
  assert.match(await shown(["score", "RELU(3)", "--batch", HOSTILE]), /argument '\\u001b\[2J/);
  assert.match(await shown([HOSTILE]), /unknown command '\\u001b\[2J/);
  assert.match(await shown(["search", "--preset", HOSTILE]), /got \\u001b\[2J/);
  assert.match(await shown(["zoo", "show", HOSTILE]), /got \\u001b\[2J/);
  assert.match(await shown(["phone", "list", "--address", HOSTILE]), /^zen: /m);
});

Deno.test("hostile files are text in what commands say of them: YAML, CSV, runs, labels", async () => {
  using folder = new TemporaryDirectory();
  const at = (name: string): string => `${folder.path}/${name}`;
  Deno.writeTextFileSync(at("own.yaml"), `preset: zen-cifar-params1M\n"key${HOSTILE.slice(0, 12)}": 1\nproxy: [\n`);
  assert.match(await shown(["search", "--preset", at("own.yaml")]), /own\.yaml/);
  const row = `"${HOSTILE.replaceAll("\r", "")}",1`;
  Deno.writeTextFileSync(at("own.csv"), `structure,accuracy\n${row}\n${row}\n`);
  const compare = ["correlate", "--benchmark", at("own.csv"), "--proxy", "params", "--out", at("out")];
  assert.match(await shown(compare), /\\u001b\[2J/);
  Deno.mkdirSync(at(`runs/${HOSTILE}`), { recursive: true });
  Deno.writeTextFileSync(
    at(`runs/${HOSTILE}/run.sqlite`),
    "no database, but longer than a header of SQLite is".repeat(9),
  );
  assert.match(await shown(["runs", "list", "--root", at("runs")]), /\\u001b\[2J/);
  Deno.writeTextFileSync(at("labels.txt"), `${HOSTILE.replaceAll("\r", "")}\n`);
  const structure = "SuperConvK3BNRELU(3,8,2,1)", model = at("net.tflite");
  await zenJson([
    "export",
    structure,
    "--resolution",
    "8",
    "--classes",
    "1",
    "--labels",
    at("labels.txt"),
    "-o",
    model,
  ]);
  assert.match(await shown(["run", model, "--input", "random"]), /\\u001b\[2J/);
  Deno.writeFileSync(at(`${HOSTILE}.tflite`), (await exported(network(structure), "f32")).slice(0, 200));
  assert.match(await shown(["inspect", at(`${HOSTILE}.tflite`)]), /\\u001b\[2J.*MODEL_CORRUPT/);
});

Deno.test("what a phone prints is text", async () => {
  await using phone = new Phone();
  await using adbd = new Adbd(phone);
  const command = "printf 'a\\033[2Jb\\tc'; printf '\\302\\233d' >&2";
  const { code, stdout, stderr } = await zenPhone(["shell", command], directly(adbd));
  assert.deepEqual([code, stdout, stderr], [0, "a\\u001b[2Jb\tc\n", "\\u009bd\n"]);
});
