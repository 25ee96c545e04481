/** Networks on graphs: their layers and parameters, structure strings, published networks, inference. */
export * from "./design.ts";
export * from "./inference.ts";
export * from "./layers.ts";
export * from "./masternet/mod.ts";
export * from "./models/mod.ts";
export * from "./parameters.ts";
export * from "./zoo/mod.ts";
