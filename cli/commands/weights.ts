/** `zen weights`: files of trained weights. */
import type { Command } from "npm:commander@15.1.0";
import { imported, jsonOption, quietOption } from "../options.ts";
import { ALWAYS, declarePermissions } from "../permissions.ts";

/** What the commands' options parse to. */
export interface WeightsOptions {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

const INSPECT = `
Names are without "module."; shapes are PyTorch's. Running statistics do not count as parameters. Nothing in a file is
executed: one that names Python code beside its tensors is refused, with the name.

Examples:
  zen weights inspect best-params_rank0.pth
  zen weights inspect model.safetensors --json | jq -r '.fits[]'`;

const CONVERT = `
The output's name tells its format: .pt, .pth and .th for torch.load(weights_only=True), or .safetensors. Only tensors are
written, bit for bit, without "module." before their names. The file appears when it is whole.

Examples:
  zen weights convert best-params_rank0.pth weights.safetensors
  zen weights convert model.safetensors model.pt --json`;

/** Adds the commands. */
export function addWeightsCommand(program: Command): void {
  const weights = program.command("weights").description("files of trained weights: PyTorch's and safetensors");
  declarePermissions(
    weights.command("inspect").description("list the tensors of a file, and the zoo networks that they fit"),
    { read: ALWAYS },
  )
    .argument("<file>", "a .pt, .pth, .th or .safetensors file, of anyone's making")
    .addOption(jsonOption()).addOption(quietOption()).addHelpText("after", INSPECT)
    .action(imported(async () => (await import("../actions/weights.ts")).inspect));
  declarePermissions(
    weights.command("convert").description("write the tensors of a file in another format"),
    { read: ALWAYS, write: ALWAYS },
  )
    .argument("<in>", "the file to read").argument("<out>", "the file to write: .pt, .pth, .th or .safetensors")
    .addOption(jsonOption()).addOption(quietOption()).addHelpText("after", CONVERT)
    .action(imported(async () => (await import("../actions/weights.ts")).convert));
}
