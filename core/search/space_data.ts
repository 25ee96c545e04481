/** The data of a space, such as a YAML file holds them. */
import { z } from "npm:zod@4.6.7";
import { MAX_ARGUMENT } from "../networks/masternet/mod.ts";
import { name } from "../settings/mapping.ts";
import { whyNotStructure } from "./checks.ts";
import { validate } from "../settings/config_error.ts";
import type { SuperBlockSpace } from "./super_block_space.ts";

/** The most families, types of one family, and fixed types. */
const MAX_TYPES = 100;
/** The most factors; a block has up to twice as many choices for its output channels, and again for its mid channels. */
const MAX_FACTORS = 20;
/** The largest reach; every choice of a block has up to 2 · reach + 1 layers. */
const MAX_REACH = 100;

/** An integer within bounds. */
function integer(lowest: number, highest: number): z.ZodType<number> {
  const expected = `an integer from ${lowest} to ${highest}`;
  return z.int(expected).min(lowest, expected).max(highest, expected);
}

const channels = integer(1, MAX_ARGUMENT);
const factorBounds = `a factor from 1/${MAX_ARGUMENT} to ${MAX_ARGUMENT}`;
const factor = z.number(factorBounds).min(1 / MAX_ARGUMENT, factorBounds).max(MAX_ARGUMENT, factorBounds);

/** The name of a block type that takes arguments like these. */
function blockType(args: string): z.ZodType<string> {
  return z.string("a block type").superRefine((type, context) => {
    const named = /^[A-Za-z0-9]*$/.test(type);
    const why = named ? whyNotStructure(`${type}(${args})`) : "its name has letters and digits alone";
    if (why !== undefined) {
      context.addIssue({ code: "custom", message: `a block type with arguments ${args} (${why})` });
    }
  });
}

const atMost = (most: number, what: string): [number, string] => [most, `at most ${most} ${what}`];

const family = z.array(blockType("8,8,1,8,1"), "a list of block types").min(1, "at least one block type")
  .max(...atMost(MAX_TYPES, "block types"));

const schema: z.ZodType<SuperBlockSpace> = z.strictObject({
  name,
  families: z.array(family, "a list of families").min(1, "at least one family")
    .max(...atMost(MAX_TYPES, "families")),
  fixed: z.array(blockType("8,8,1,1"), "a list of block types").max(...atMost(MAX_TYPES, "block types")).optional(),
  channelFactors: z.array(factor, "a list of factors").min(1, "at least one factor")
    .max(...atMost(MAX_FACTORS, "factors")).optional(),
  channelMultiple: channels.optional(),
  minChannels: channels.optional(),
  maxChannels: channels.optional(),
  layerReach: integer(0, MAX_REACH).optional(),
}, "a mapping with name and families").superRefine(({ minChannels, maxChannels }, context) => {
  if (minChannels === undefined || maxChannels === undefined || maxChannels >= minChannels) return;
  context.addIssue({ code: "custom", path: ["maxChannels"], message: `at least minChannels, ${minChannels}` });
});

/** A space's data from plain data, such as a parsed YAML file. Throws ConfigError. */
export function parseSpace(value: unknown, source = "space"): SuperBlockSpace {
  return validate(schema, value, source);
}
