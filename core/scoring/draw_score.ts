/** Asks a proxy for the score of one draw, and checks what it says. */
import type { Backend } from "../graph/backend.ts";
import { endsWork, failsCandidate, ProxyError } from "./candidate_error.ts";
import type { NetworkDesign } from "./design.ts";
import type { Proxy, Score, ScoringSettings } from "./proxy.ts";

/** By what one draw is scored, and where. */
export interface DrawScoring {
  /** The formula. */
  readonly proxy: Proxy;
  /** What errors call the proxy, such as the path of its module. Default: its name. */
  readonly label?: string | undefined;
  /** Everything but the network that the score depends on. */
  readonly settings: ScoringSettings;
  /** Needed by proxies that evaluate the network. */
  readonly backend?: Backend | undefined;
}

/**
 * A network's score under one draw. Rejects with ProxyError where the proxy returns no score or throws anything but the
 * errors of `failsCandidate`; with the error itself where a device is lost or the system reports an error.
 */
export async function scoreDraw(
  design: NetworkDesign,
  { proxy, label = proxy.name, settings, backend }: DrawScoring,
): Promise<Score> {
  const fail = (reason: string, options?: ErrorOptions): ProxyError =>
    new ProxyError(reason, { proxy: label, structure: design.text, ...options });
  const score: unknown = await answerOf(() => proxy.score(design, settings, backend)).catch((cause: unknown) => {
    throw failsCandidate(cause) || endsWork(cause) ? cause : fail(`it threw ${thrown(cause)}`, { cause });
  });
  if (!isScore(score)) {
    throw fail(`a score is { value: a number, parts: numbers by name, or none }: got ${shown(score)}`);
  }
  const missing = proxy.ranking?.parts.find((part) => score.parts?.[part] === undefined);
  if (missing !== undefined) throw fail(`it ranks the part ${missing}: got ${shown(score)}`);
  return score;
}

/** What a function returns or throws, as a promise. */
async function answerOf<T>(ask: () => Promise<T>): Promise<T> {
  return await ask();
}

function isScore(value: unknown): value is Score {
  if (typeof value !== "object" || value === null || !("value" in value) || typeof value.value !== "number") {
    return false;
  }
  if (!("parts" in value) || value.parts === undefined) return true;
  const { parts } = value;
  return typeof parts === "object" && parts !== null && Object.values(parts).every((part) => typeof part === "number");
}

/** The most characters that a message shows of a value. */
const SHOWN = 100;

const shortened = (text: string): string => text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;

/** What was thrown, in words. */
function thrown(error: unknown): string {
  return error instanceof Error ? `${error.name}: ${shortened(error.message.split("\n")[0]!)}` : shown(error);
}

/** A value in words: one line, and short. */
function shown(value: unknown): string {
  if (typeof value === "function") return "a function";
  if (typeof value !== "object" || value === null) {
    return shortened(typeof value === "string" ? `"${value}"` : String(value));
  }
  // What JSON would make null of NaN is shown as it is.
  const replacer = (_key: string, part: unknown): unknown =>
    typeof part === "number" && !Number.isFinite(part) ? `${part}` : part;
  try {
    return shortened(JSON.stringify(value, replacer) ?? "an object");
  } catch {
    return "an object";
  }
}
