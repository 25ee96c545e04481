/** Takes over what `zen eval --json` measured. */
import { isDeepStrictEqual } from "node:util";
import { z } from "npm:zod@4.6.7";
import { readText } from "../../core/io/mod.ts";
import type { NamedDesign } from "../../core/networks/design.ts";
import { networkNamed } from "../../core/networks/zoo/mod.ts";
import type { MeasuredAccuracy } from "../../mobile/mod.ts";
import { UsageError } from "../errors.ts";

/** What is needed of an evaluation; `form` and the hash are null in that of an exported file. */
const schema = z.object({
  network: z.string(),
  form: z.record(z.string(), z.unknown()).nullable(),
  weights_sha256: z.string().nullable(),
  data: z.string(),
  split: z.string(),
  normalize: z.string(),
  images: z.int().positive(),
  top1: z.object({ right: z.int().nonnegative() }),
});

function parse(path: string, text: string): z.infer<typeof schema> {
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new UsageError(`Cannot read ${path} as --evaluation takes what zen eval --json printed`, { cause });
  }
}

/** Throws UsageError for an evaluation of anything but this network with these weights. */
function checkSubject(
  path: string,
  { network, form, weights_sha256: got }: z.infer<typeof schema>,
  { design, sha256 }: { readonly design: NamedDesign; readonly sha256: string },
): void {
  if (got !== sha256) {
    const weights = got === null ? "those of an exported file" : `those with SHA-256 ${got}`;
    throw new UsageError(`Cannot record ${path} as it must be measured with the weights ${sha256}: got ${weights}`);
  }
  if (networkNamed(network).design().text === networkNamed(design.text).design().text) {
    if (isDeepStrictEqual(form, { ...design.form })) return;
    const forms = [design.form, form].map((it) => JSON.stringify(it));
    throw new UsageError(`Cannot record ${path} as its network must have the form ${forms[0]}: got ${forms[1]}`);
  }
  throw new UsageError(`Cannot record ${path} as it must be measured with ${design.text}: got ${network}`);
}

/**
 * The accuracy in a file that holds what `zen eval --json` printed. Throws UsageError unless it was measured with this
 * network, in this form, with the weights of this hash.
 */
export async function readEvaluation(
  path: string,
  subject: { readonly design: NamedDesign; readonly sha256: string },
): Promise<MeasuredAccuracy> {
  const evaluation = parse(path, await readText(path, "table"));
  checkSubject(path, evaluation, subject);
  const { data, split, normalize, images, top1: { right } } = evaluation;
  return { data, split, normalize, images, right };
}
