/** HTML as text in which every value is escaped. */

/** Text that is HTML already. */
export class Html {
  readonly #text: string;

  /** Text that is HTML already. */
  constructor(text: string) {
    this.#text = text;
  }

  /** The text. */
  toString(): string {
    return this.#text;
  }
}

/** What can stand in a template: lists are joined, and null is nothing. */
export type HtmlValue = string | number | Html | null | readonly Html[];

const escaped = (text: string): string => text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);

function inHtml(value: HtmlValue): string {
  if (value === null) return "";
  if (value instanceof Html) return value.toString();
  return typeof value === "object" ? value.map(String).join("") : escaped(`${value}`);
}

/** A template of HTML: what is put in is escaped, unless it is HTML. */
export function html(strings: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(strings.reduce((text, next, place) => text + inHtml(values[place - 1]!) + next));
}
