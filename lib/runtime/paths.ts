import { host } from "./host/mod.ts";

export const { basename, dirname, extname, join, relative, resolve } = host.paths;

/** The repository's root folder: every default path hangs off it, none off the working directory. */
export const ROOT = host.root;

/** Folder of fetched and simulated data: `data/cache`, or `KCELLFM_CACHE`. */
export const cacheDir = (): string => host.env("KCELLFM_CACHE") ?? join(ROOT, "data/cache");

/** Folder of the results of runs: `data/results`, or `KCELLFM_RESULTS`. */
export const resultsDir = (): string => host.env("KCELLFM_RESULTS") ?? join(ROOT, "data/results");

/** Folder of the shipped checkpoints. */
export const checkpointsDir = (): string => join(ROOT, "checkpoints");

/** Folder of the TensorFlow that `deno task gpu:setup` installs: `vendor`, or `KCELLFM_VENDOR`. */
export const vendorDir = (): string => host.env("KCELLFM_VENDOR") ?? join(ROOT, "vendor");
