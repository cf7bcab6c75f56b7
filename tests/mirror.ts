import { join } from "node:path";

const mirror = Deno.env.get("KCELLFM_MIRROR") ?? "";

/** A file of the real data, by its path in the mirror. */
export const inMirror = (path: string): string => join(mirror, path);

/** A test on real data; it is ignored, and counted so, where KCELLFM_MIRROR names no folder of them. */
export const onRealData = (name: string, test: () => void | Promise<void>): void =>
  Deno.test(name, { ignore: mirror === "" || /^https?:/.test(mirror) }, test);
