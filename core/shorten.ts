/** Values in messages: a text that is as long as a file must not hide the message around it. */

/** The most characters of a value that a message shows. */
const MOST_SHOWN = 80;

/**
 * A text for a message: whole if it has at most `most` characters, else its beginning and its length.
 *
 * @example
 * ```ts
 * import { shorten } from "@zennas/zennas";
 * if (shorten("zenn") !== "zenn") throw new Error();
 * if (shorten("z".repeat(2000)) !== `${"z".repeat(80)}… (2000 characters)`) throw new Error();
 * ```
 */
export function shorten(text: string, most: number = MOST_SHOWN): string {
  return text.length > most ? `${text.slice(0, most)}… (${text.length} characters)` : text;
}

/**
 * A text with every word of more than `most` characters cut as {@link shorten} cuts: for sentences of others, which hold
 * values whole. A structure is one word.
 */
export function shortenWords(text: string, most: number): string {
  return text.replace(/\S+/g, (word) => shorten(word, most));
}
