export { startsLikeR } from "./file.ts";
export type { ObjectChoice } from "./find.ts";
export { openR, type RSource } from "./open.ts";
