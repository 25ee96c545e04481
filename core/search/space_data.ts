/** The data of a space, such as a YAML file holds them. */
import { z } from "zod";
import { amount, count, name, natural, whyNotStructure } from "./checks.ts";
import { validate } from "./config_error.ts";
import type { SuperBlockSpace } from "./super_block_space.ts";

/** The name of a block type that takes arguments like these. */
function blockType(args: string): z.ZodType<string> {
  return z.string("a block type").superRefine((type, context) => {
    const why = whyNotStructure(`${type}(${args})`);
    if (why !== undefined) {
      context.addIssue({ code: "custom", message: `a block type with arguments ${args} (${why})` });
    }
  });
}

const family = z.array(blockType("8,8,1,8,1"), "a list of block types").min(1, "at least one block type");

const schema: z.ZodType<SuperBlockSpace> = z.strictObject({
  name,
  families: z.array(family, "a list of families").min(1, "at least one family"),
  fixed: z.array(blockType("8,8,1,1"), "a list of block types").optional(),
  channelFactors: z.array(amount, "a list of factors").min(1, "at least one factor").optional(),
  channelMultiple: count.optional(),
  minChannels: count.optional(),
  maxChannels: count.optional(),
  layerReach: natural.optional(),
}, "a mapping with name and families");

/** A space's data from plain data, such as a parsed YAML file. Throws ConfigError. */
export function parseSpace(value: unknown, source = "space"): SuperBlockSpace {
  return validate(schema, value, source);
}
