import * as tf from "../tensor/mod.ts";
import { setImmediate } from "node:timers/promises";

/** A backend whose failures arrive some time after the call that failed. */
export interface LateFailing {
  /** @throws {KcellfmError} tag "backend", when something failed since the start. */
  assertWorks(): void;
}

/**
 * Lets signals be heard, and lets a GPU say that it failed: before that, what was read from it may be wrong.
 *
 * @throws {KcellfmError} tag "backend", when it did.
 */
export async function settleBackend(): Promise<void> {
  await setImmediate();
  (tf.backend() as Partial<LateFailing>).assertWorks?.();
}
