/** What a person reads: times, counts, commands. */

/** Text as one word of a shell. */
export function shellWord(text: string): string {
  return /^[\w./:@%+=-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A count with thousands separated. */
export function grouped(count: number): string {
  return count.toLocaleString("en-US");
}

/** Seconds in the two largest units. */
export function duration(seconds: number): string {
  const units = [["d", 86_400], ["h", 3600], ["min", 60], ["s", 1]] as const;
  let rest = Math.round(seconds);
  const parts = units.map(([name, size]) => {
    const count = Math.floor(rest / size);
    rest -= count * size;
    return { count, text: `${count} ${name}` };
  });
  const first = parts.findIndex(({ count }) => count > 0);
  return first < 0
    ? "0 s"
    : parts.slice(first, first + 2).filter(({ count }) => count > 0).map(({ text }) => text).join(" ");
}

/** A number with at most six digits, without zeros at its end. */
export function short(value: number): string {
  return `${Number(value.toPrecision(6))}`;
}
