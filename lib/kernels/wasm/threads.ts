import { host, usageError } from "../../runtime/mod.ts";

/** Beyond these the memory, not the cores, is what operators wait for. */
const MOST = 16;

/**
 * Threads that may share the work of one operator: `KCELLFM_THREADS`, else one a core.
 *
 * @throws {KcellfmError} tag "usage", when that is not a positive integer.
 */
export function wantedThreads(forced = host.env("KCELLFM_THREADS")): number {
  if (!forced) return Math.min(MOST, host.compute.threads);
  const threads = Number(forced);
  if (!Number.isInteger(threads) || threads < 1) {
    throw usageError(`Cannot use KCELLFM_THREADS=${forced}: give a number of threads from 1 on`);
  }
  return Math.min(MOST, threads);
}
