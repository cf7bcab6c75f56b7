export * from "./csr.ts";
export * from "./exact_components.ts";
export * from "./frame.ts";
export * from "./nearest.ts";
export * from "./principal_components.ts";
export * from "./standardise.ts";
export * from "./table.ts";
