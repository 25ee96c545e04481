/** Images and what Pillow makes of them: tests/fixtures/images/make.py wrote both. */
import fixtures from "../fixtures/images/images.json" with { type: "json" };
import { decodeFile } from "../../core/io/data/mod.ts";
import type { RgbImage } from "@zennas/zennas";

/** What Pillow and NumPy made. */
export const expected = fixtures;

/** The path of a fixture. */
export function fixture(name: string): string {
  return new URL(`../fixtures/images/${name}`, import.meta.url).pathname;
}

/** A picture of the fixtures. */
export async function picture(name: string): Promise<RgbImage> {
  return await decodeFile(fixture(`${name}.png`));
}

/** Bytes from base64. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
}

/** The largest difference of two equally long rows of numbers; infinite where their lengths differ. */
export function largestDifference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let largest = 0;
  for (let at = 0; at < a.length; at++) largest = Math.max(largest, Math.abs(a[at]! - b[at]!));
  return largest;
}
