export { runApart } from "./run_apart.ts";
export { type CellFailure, type NotebookRun, runNotebook, type RunOptions } from "./run_notebook.ts";
