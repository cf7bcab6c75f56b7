export * from "./left_open.ts";
export * from "./report.ts";
