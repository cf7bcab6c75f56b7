import { host } from "./host/mod.ts";

export const { basename, dirname, extname, join, relative, resolve } = host.paths;

/** The repository's root folder: every default path hangs off it, none off the working directory. */
export const ROOT = host.root;

/** Where fetched and simulated data go: `data/cache`, or `KCELLFM_CACHE`. */
export const cacheDir = (): string => host.env("KCELLFM_CACHE") ?? join(ROOT, "data/cache");

/** Where runs write their results: `data/results`, or `KCELLFM_RESULTS`. */
export const resultsDir = (): string => host.env("KCELLFM_RESULTS") ?? join(ROOT, "data/results");

/** Where the shipped checkpoints live. */
export const checkpointsDir = (): string => join(ROOT, "checkpoints");

/** Where `deno task gpu:setup` puts TensorFlow: `vendor`, or `KCELLFM_VENDOR`. */
export const vendorDir = (): string => host.env("KCELLFM_VENDOR") ?? join(ROOT, "vendor");
