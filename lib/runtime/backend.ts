import * as tf from "@tensorflow/tfjs";
import "@tensorflow/tfjs-backend-wasm";
import { backendError, messageOf } from "./errors.ts";

/** The backends a run can ask for, best first (DESIGN section 2). */
export const BACKENDS = ["wasm", "cpu"] as const;
export type BackendName = typeof BACKENDS[number];

/** What a run computes on, and why. */
export interface Backend {
  readonly name: BackendName;
  readonly why: string;
}

/**
 * Starts the compute backend: the one asked for (argument, then `KCELLFM_BACKEND`), else the first that starts.
 *
 * @throws {KcellfmError} tag "backend", when the forced backend is unknown or cannot start.
 */
export async function startBackend(forced = Deno.env.get("KCELLFM_BACKEND")): Promise<Backend> {
  tf.env().set("PROD", true);
  if (forced) return await startForced(forced);
  for (const name of BACKENDS) {
    if (await starts(name) === null) {
      return { name, why: `first backend that starts (of ${BACKENDS.join(", ")})` };
    }
  }
  throw backendError("Cannot start any compute backend: neither wasm nor cpu starts on this machine");
}

async function startForced(name: string): Promise<Backend> {
  if (!isBackendName(name)) {
    throw backendError(`Cannot start backend "${name}": it is not known (known: ${BACKENDS.join(", ")})`);
  }
  const problem = await starts(name);
  if (problem !== null) throw backendError(`Cannot start backend "${name}": ${problem}`);
  return { name, why: "asked for" };
}

const isBackendName = (name: string): name is BackendName => (BACKENDS as readonly string[]).includes(name);

async function starts(name: BackendName): Promise<string | null> {
  try {
    if (!await tf.setBackend(name)) return "TensorFlow.js reports that it failed to initialise";
    await tf.ready();
    return null;
  } catch (error) {
    return messageOf(error);
  }
}
