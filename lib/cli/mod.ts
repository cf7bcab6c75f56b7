export * from "./flags.ts";
export * from "./progress.ts";
export * from "./run.ts";
export { type Cell, markdownRows, markdownTable } from "./table.ts";
