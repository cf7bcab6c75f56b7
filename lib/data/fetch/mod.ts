export * from "./dataset.ts";
export * from "./hub.ts";
export * from "./registry.ts";
export { fingerprint } from "./check.ts";
