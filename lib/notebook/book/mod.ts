export { keptRun, readKept, writeKept } from "./kept_runs.ts";
export { type BookOptions, runBook, waitingRun } from "./run_book.ts";
export { ChapterKeys } from "./unchanged.ts";
