/** Turns every error into one readable line, a hint and an exit code. */
import { CommanderError } from "commander";
import { note } from "./terminal.ts";

/** Exit codes: 0 done, 1 failed, 2 called wrongly, 130 interrupted. */
export const EXIT = { failure: 1, usage: 2, interrupted: 130 } as const;

/** A command that was called wrongly. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

/** A command that the user stopped, after it kept what was done. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** A search in which every candidate failed. */
export class NoScoreError extends Error {
  override readonly name = "NoScoreError";
}

/** A command on a phone that exited with a code of its own, which becomes this process's. */
export class CommandFailed extends Error {
  override readonly name = "CommandFailed";
  /** 1 … 255. */
  readonly exitCode: number;

  /** An error with the command's exit code. */
  constructor(exitCode: number) {
    super(`The command exited with ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** Errors that say that a command was called wrongly. */
const usageErrors = new Set(["UsageError", "ConfigError", "UnknownProxyError", "UnknownNetworkError"]);

/** Hints by the name of an error. */
const hints: Readonly<Record<string, string>> = {
  UsageError: "zen <command> --help shows how to call it",
  StructureSyntaxError: "zen zoo list shows structures that work, and --module <file> adds blocks of your own",
  StructureChannelError: "a block takes the channels that the block before it gives; the first takes 3",
  ShapeError: "zen analyze shows where a structure's shapes come from",
  ConfigError: "zen search --help lists the options; presets are in core/search/presets",
  RunStoreError: "zen runs list shows what there is, zen runs resume continues a run",
  RunChangedError:
    "go on with what it was made with (--device, --precision), or by --accept-change, with scores of both kinds",
  NoScoreError: "zen runs show --journal has the reason of each; a new search tries them again",
  ProxyError: "examples/custom_proxy.ts shows what a proxy returns; --verbose shows where it threw",
  NoAnswerError: "--timeout gives it more seconds",
  NotFound: "check the path",
  IsADirectory: "name a file, not a directory",
  NotADirectory: "check the path",
  PermissionDenied: "choose a place that you may read from and write to",
  ReadOnlyFilesystem: "choose a place that you may write to",
  NotCapable: "deno task zen grants all that the commands need",
  NoAdapterError: "zen devices lists what there is; --device cpu needs no adapter",
  KernelError: "--device cpu computes the same without the driver; the error is worth reporting",
  DeviceMemoryError: "a smaller --batch or --resolution needs less memory",
};

/** What Deno says of a file: the system's words, the call, and the path. */
const SYSTEM_ERROR = /^(.+) \(os error \d+\): (\w+) '(.*)'$/;

/** An error's message; the system's own, such as `No such file or directory (os error 2): readfile 'x'`, as we word them. */
function messageOf({ message }: Error): string {
  const [, reason, call, path] = SYSTEM_ERROR.exec(message) ?? [];
  if (reason === undefined) return message;
  const verb = /^(write|mkdir)/.test(call!) ? "write" : "read";
  return `Cannot ${verb} ${path} as the system says: ${lower(reason)}`;
}

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** The lines that tell a person what went wrong. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return `zen: ${error}`;
  const coded = error as Error & { readonly code?: unknown; readonly hint?: unknown; readonly structure?: unknown };
  const hint = typeof coded.hint === "string" ? coded.hint : hints[error.name];
  const code = typeof coded.hint === "string" && typeof coded.code === "string" ? `${coded.code}: ` : "";
  const structure = typeof coded.structure === "string" ? `\n  structure: ${coded.structure}` : "";
  return `zen: ${code}${lower(messageOf(error))}${structure}${hint ? `\n  hint: ${hint}` : ""}`;
}

/** Reports an error and returns the exit code that goes with it. `verbose` shows the stack and causes. */
export function reportError(error: unknown, { verbose }: { readonly verbose: boolean }): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  if (error instanceof Interrupted) {
    note(error.message);
    return EXIT.interrupted;
  }
  if (error instanceof CommandFailed) return error.exitCode;
  note(describeError(error));
  if (verbose) note(Deno.inspect(error));
  return error instanceof Error && usageErrors.has(error.name) ? EXIT.usage : EXIT.failure;
}
