import * as tf from "../tensor/mod.ts";

/** The backends that a run can compute on, in the order in which they are tried (DESIGN section 2). */
export const BACKENDS = ["tensorflow", "webgpu", "wasm"] as const;
export type BackendName = typeof BACKENDS[number];

/**
 * Starts a backend and says what it is. With `forced` it takes what works at all, else only what every model runs on.
 *
 * @throws when it cannot start; with `forced` the message says how to get what is missing.
 */
export type BackendStarter = (options: { forced: boolean }) => Promise<string>;

/** Makes a registered backend the current one. @throws {Error} when it does not initialise. */
export async function useBackend(name: BackendName): Promise<void> {
  if (!await tf.setBackend(name)) throw new Error("TensorFlow.js reports that it failed to initialise");
  await tf.ready();
}

/** A backend whose failures arrive some time after the call that failed. */
export interface LateFailing {
  /** @throws {KcellfmError} tag "backend", when something failed since the start. */
  assertWorks(): void;
}
