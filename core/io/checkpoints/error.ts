/** What can be wrong with a file of weights. */
import type { ParameterMismatch } from "./parameters.ts";

/** What to do about each kind of error. */
export const checkpointHints = {
  format: "files of weights are PyTorch's (.pt, .pth, .th) and .safetensors",
  truncated: "the file ends early: download or copy it again",
  corrupt: "the file is damaged: download or copy it again",
  "too-large": "the file claims more than it can hold, or is no file of weights",
  unsupported: "save the weights anew with torch.save(model.state_dict(), path)",
  global: "nothing in a file is ever executed: save model.state_dict() alone, not the model or its settings",
  dtype: "weights are f32, f16, bf16 or f64; convert others before they are saved",
  missing: "the weights are of another network: zen weights inspect shows which ones they fit",
  unexpected: "the weights are of another network: zen weights inspect shows which ones they fit",
  shape: "the weights are of another network, or for other classes: zen weights inspect shows which ones they fit",
  write: "choose a place that you may write to, with room for the file",
} as const satisfies Record<string, string>;

/**
 * Kinds of errors: `format` no file of weights, `truncated` ends early, `corrupt` contradicts itself, `too-large` claims
 * more than is allowed, `unsupported` a form that is not read, `global` names Python code, `dtype` an element type that
 * is not read or not expected, `missing`, `unexpected` and `shape` not the weights of this network, `write` cannot be written.
 */
export type CheckpointErrorKind = keyof typeof checkpointHints;

/** Facts that go with an error. */
export interface CheckpointErrorData extends ErrorOptions {
  /** The file. */
  readonly path: string;
  /** Names of tensors that the error is about, or of globals. */
  readonly names?: readonly string[];
  /** How tensors and parameters differ, where they do. */
  readonly mismatch?: ParameterMismatch;
}

/** A file of weights that cannot be read, or not as the weights of this network. */
export class CheckpointError extends Error {
  /** The error's class. */
  override readonly name = "CheckpointError";
  /** What kind of error it is. */
  readonly kind: CheckpointErrorKind;
  /** The file. */
  readonly path: string;
  /** Names of tensors that the error is about, or of globals. */
  readonly names: readonly string[];
  /** How tensors and parameters differ, for the kinds `missing`, `unexpected` and `shape`. */
  readonly mismatch: ParameterMismatch | undefined;
  /** What its user can do. */
  readonly hint: string;

  /** An error with its whole message. */
  constructor(kind: CheckpointErrorKind, message: string, data: CheckpointErrorData) {
    const { path, names = [], mismatch, ...options } = data;
    super(message, options);
    this.kind = kind;
    this.path = path;
    this.names = names;
    this.mismatch = mismatch;
    this.hint = checkpointHints[kind];
  }
}

/** The longest part of a file's own text that is shown. */
const LONGEST_SHOWN = 120;

/** Text out of a file as it is safe to print: cut, and control characters, which terminals obey, escaped. */
export function printable(text: string): string {
  const cut = text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
  return cut.replace(/\p{Cc}/gu, (character) => `\\x${character.charCodeAt(0).toString(16).padStart(2, "0")}`);
}

/** The same in quotes, for messages. */
export function shown(text: string): string {
  return `"${printable(text)}"`;
}
