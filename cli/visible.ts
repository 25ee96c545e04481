/** Text from elsewhere, as a terminal shows it and does not obey it. */

/**
 * Characters that a terminal acts upon or that reorder or hide what is around them: control characters other than line
 * ends and tabs (C0, DEL, C1), marks of direction, and invisible separators (Unicode's categories Cc, Cf, Zl and Zp).
 */
const UNSEEN = /(?!\r?\n|\t)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu;

/** A character as a string literal of JavaScript and JSON spells it, such as `\u001b`. */
function spelled(character: string): string {
  return character.split("").map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}

/** A text with what cannot be seen spelled out. Of JSON, the value stays the same. */
export function visible(text: string): string {
  return text.replace(UNSEEN, spelled);
}
