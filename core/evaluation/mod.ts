/** How well networks classify. */
export * from "./classifier.ts";
export * from "./classification.ts";
export * from "./measures.ts";
