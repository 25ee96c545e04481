/** What networks are trained by. */
export * from "./losses.ts";
