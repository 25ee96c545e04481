/** The reference point of a hypervolume, in words. */
import type { RunFront } from "../../core/io/mod.ts";
import { grouped } from "../terminal.ts";

/** The reference point, such as `score 3.1, params 812,345`. */
export function referenceInWords({ reference = {} }: Pick<RunFront, "reference">): string {
  return Object.entries(reference).map(([name, value]) => `${name} ${grouped(value)}`).join(", ");
}
