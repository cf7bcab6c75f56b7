export * from "./format.ts";
export * from "./run_notebook.ts";
