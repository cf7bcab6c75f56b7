export * from "./run_notebook.ts";
