import * as tf from "../tensor/mod.ts";
import type { LateFailing } from "./backend_starter.ts";
import { host } from "./host/mod.ts";

/**
 * Lets signals be heard, and lets a GPU say that it failed: before that, what was read from it may be wrong.
 *
 * @throws {KcellfmError} tag "backend", when it did.
 */
export async function settleBackend(): Promise<void> {
  await host.turn();
  (tf.backend() as Partial<LateFailing>).assertWorks?.();
}
