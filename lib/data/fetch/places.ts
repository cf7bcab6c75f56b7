import { cacheDir, host, join, resolve } from "../../runtime/mod.ts";
import type { RetryOptions } from "./http.ts";
import type { DownloadProgress } from "./progress.ts";
import type { Dataset } from "./registry.ts";

/** Options for finding and fetching a data set. */
export interface FetchOptions extends RetryOptions {
  /** The folder that keeps fetched files; default `cacheDir()`. */
  readonly cache?: string;
  /** A folder, or a file: or http(s): address, with the registry's relative paths below it; default `KCELLFM_MIRROR`. */
  readonly mirror?: string;
  readonly onProgress?: (progress: DownloadProgress) => void;
  readonly signal?: AbortSignal;
}

/** Path of the data set's file in the cache, present or future. */
export const cachePath = (dataset: Dataset, options: FetchOptions): string =>
  join(options.cache ?? cacheDir(), dataset.path);

/** The mirror as a base address, or null when there is none. */
export function mirrorBase(options: FetchOptions): URL | null {
  const mirror = options.mirror ?? host.env("KCELLFM_MIRROR");
  if (!mirror) return null;
  const address = /^(https?|file):\/\//i.test(mirror) ? mirror : host.paths.toUrl(resolve(mirror)).href;
  return new URL(address.endsWith("/") ? address : `${address}/`);
}

/** Instructions for a person to fetch the data set by hand. */
export function byHand(dataset: Dataset, options: FetchOptions): string {
  const target = cachePath(dataset, options);
  const mirror = `set KCELLFM_MIRROR to a folder or address that has ${dataset.path}`;
  if (dataset.page !== undefined) {
    return `download it from ${dataset.page} and put it at ${target}, or ${mirror}`;
  }
  if (dataset.url === undefined) return `it has no public address; ${mirror}, or put the file at ${target}`;
  const place = dataset.plain === undefined
    ? target
    : `${target} (gzipped) or ${plainPath(target)} (as it is there)`;
  return `without a network, bring it here and put it at ${place}, or ${mirror}`;
}

/** The name of a `.gz` file once unpacked. */
export const plainPath = (path: string): string => path.replace(/\.gz$/, "");
