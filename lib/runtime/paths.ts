import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** The repository's root folder: every default path hangs off it, none off the working directory. */
export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../..");

/** Where fetched and simulated data go: `data/cache`, or `KCELLFM_CACHE`. */
export const cacheDir = (): string => Deno.env.get("KCELLFM_CACHE") ?? join(ROOT, "data/cache");

/** Where runs write their results: `data/results`, or `KCELLFM_RESULTS`. */
export const resultsDir = (): string => Deno.env.get("KCELLFM_RESULTS") ?? join(ROOT, "data/results");

/** Where the shipped checkpoints live. */
export const checkpointsDir = (): string => join(ROOT, "checkpoints");

/** Where `deno task gpu:setup` puts TensorFlow: `vendor`, or `KCELLFM_VENDOR`. */
export const vendorDir = (): string => Deno.env.get("KCELLFM_VENDOR") ?? join(ROOT, "vendor");
