export * from "./dataset.ts";
export * from "./hub.ts";
export * from "./registry.ts";
export { fileSha256, fingerprint } from "./check.ts";
