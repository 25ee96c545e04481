/** Turns every error into one readable line, a hint and an exit code. */
import { CommanderError } from "npm:commander@15.1.0";
import { systemReason } from "../core/io/files/error.ts";
import { shorten, shortenWords } from "../core/shorten.ts";
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

/** Measurements that disagree too much to give a number. */
export class NoisyError extends Error {
  override readonly name = "NoisyError";
  /** What can be done. */
  readonly hint: string;

  /** An error with a hint. */
  constructor(message: string, hint: string) {
    super(message);
    this.hint = hint;
  }
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

/** An error in what a file holds; `cause` is the error. */
export class ErrorInFile extends Error {
  override readonly name = "ErrorInFile";
  /** The file, perhaps with a line. */
  readonly place: string;
  override readonly cause: Error;

  constructor(place: string, cause: Error) {
    super(cause.message, { cause });
    this.place = place;
    this.cause = cause;
  }
}

/** Runs an action on what a file holds; its errors name the file. */
export async function inFile<T>(place: string, action: () => T | Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (cause) {
    throw cause instanceof Error ? new ErrorInFile(place, cause) : cause;
  }
}

/** Errors that say that a command was called wrongly. */
const usageErrors = new Set(["UsageError", "ConfigError", "UnknownProxyError", "UnknownNetworkError"]);

/** Hints by the name of an error; `<command>` stands for the command that was called. */
const hints: Readonly<Record<string, string>> = {
  UsageError: "zen <command> --help shows how to call it",
  StructureSyntaxError: "zen zoo list shows structures that work, and --module <file> adds blocks of your own",
  StructureChannelError: "a block takes the channels that the block before it gives; the first takes 3",
  ShapeError: "zen analyze shows where a structure's shapes come from",
  ConfigError: "zen <command> --help shows what it takes",
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
  NotCapable: "zen <command> --help lists the permissions that it needs; deno task zen grants all of them",
  NoAdapterError: "zen devices lists what there is; --device cpu needs no adapter",
  KernelError: "--device cpu computes the same without the driver; the error is worth reporting",
  PackageError: "it is downloaded when it is first used: the npm registry must be in reach then",
  DeviceMemoryError: "a smaller --batch or --resolution needs less memory",
};

/** The most characters of a word and of a line of an error; a path is one word. */
const LONGEST = { word: 300, line: 2000 } as const;

const lower = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1);

/** An error's message; the system's own, such as `No such file or directory (os error 2): mkdir 'x'`, as we word them. */
function messageOf(error: Error): string {
  const reason = systemReason(error), { message } = error;
  if (reason === undefined) return message;
  const [, call, path] = /\(os error \d+\): (\w+) '(.*)'$/.exec(message) ?? [];
  const verb = call && /^(write|mkdir|make)/.test(call) ? "write" : "read";
  return path === undefined ? `Cannot go on as ${reason}` : `Cannot ${verb} ${path} as ${reason}`;
}

/** What can be done about an error: it says so itself, or its name or its cause's does. */
function hintOf(error: Error & { readonly hint?: unknown }): string | undefined {
  if (typeof error.hint === "string") return error.hint;
  return hints[error.name] ?? (error.cause instanceof Error ? hints[error.cause.name] : undefined);
}

/** What went wrong, after the code of an error that has one, and with which structure. */
function sentenceOf(
  error: Error & { readonly code?: unknown; readonly hint?: unknown; readonly structure?: unknown },
): string {
  const code = typeof error.hint === "string" && typeof error.code === "string" ? `${error.code}: ` : "";
  const shown = error.message.includes("\n"); // an excerpt of it
  const structure = typeof error.structure === "string" && !shown ? `\n  structure: ${error.structure}` : "";
  return `${code}${lower(messageOf(error))}${structure}`;
}

/** The missing permission among the causes of an error, however what was tried put it. */
function missingPermission(error: unknown): Error | undefined {
  if (!(error instanceof Error)) return undefined;
  return error instanceof Deno.errors.NotCapable ? error : missingPermission(error.cause);
}

/** The error to report, and the file that it is in. */
function essenceOf(error: Error): { readonly inner: Error; readonly place: string } {
  const missing = missingPermission(error);
  if (missing) return { inner: missing, place: "" };
  return error instanceof ErrorInFile ? { inner: error.cause, place: `${error.place}: ` } : { inner: error, place: "" };
}

/** The lines that tell a person what went wrong; `command` is the words of the command that was called. */
export function describeError(error: unknown, command = "<command>"): string {
  if (!(error instanceof Error)) return `zen: ${error}`;
  const { inner, place } = essenceOf(error);
  const hint = hintOf(inner)?.replaceAll("<command>", command);
  const lines = `zen: ${place}${sentenceOf(inner)}${hint ? `\n  hint: ${hint}` : ""}`.split("\n");
  return lines.map((line) => shorten(shortenWords(line, LONGEST.word), LONGEST.line)).join("\n");
}

/** What is known of the command that failed. */
export interface FailedCommand {
  /** Whether to show the stack and causes. */
  readonly verbose: boolean;
  /** Its words, such as `runs show`; none where the error came before it. */
  readonly command?: string | undefined;
}

/** Reports an error and returns the exit code that goes with it. */
export function reportError(error: unknown, { verbose, command }: FailedCommand): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : EXIT.usage;
  if (error instanceof Interrupted) {
    note(error.message);
    return EXIT.interrupted;
  }
  if (error instanceof CommandFailed) return error.exitCode;
  note(describeError(error, command));
  if (verbose) note(Deno.inspect(error));
  return error instanceof Error && usageErrors.has(essenceOf(error).inner.name) ? EXIT.usage : EXIT.failure;
}
