/** Spans of time as texts such as `1h30m`. */

const DURATION = /^(?=\d|\.)(?:([\d.]+)h)?(?:([\d.]+)m(?:in)?)?(?:([\d.]+)s?)?$/;

/**
 * The seconds of a text such as `90s`, `30m`, `2h`, `1h30m` or `90`, which is seconds too; NaN for any other text.
 *
 * @example
 * ```ts
 * import { secondsOf } from "@zennas/zennas";
 * if (secondsOf("1h30m") !== 5400 || secondsOf("90s") !== 90 || !Number.isNaN(secondsOf("soon"))) throw new Error();
 * ```
 */
export function secondsOf(text: string): number {
  const parts = DURATION.exec(text.trim());
  if (!parts) return NaN;
  const [hours, minutes, seconds] = parts.slice(1).map((part) => Number(part ?? 0));
  return hours! * 3600 + minutes! * 60 + seconds!;
}
