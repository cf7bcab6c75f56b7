import * as tf from "../../tensor/mod.ts";

/** The most a 32-bit wasm memory can hold. */
export const ADDRESSABLE = 2 ** 32;
/** The end of it is left to the small allocations that tfjs makes for itself and does not check. */
export const RESERVE = 2 ** 26;

/** Bytes that tensors can take beside those that live now; null where the backend's memory has no such end. */
export function bytesLeft(): number | null {
  return tf.getBackend() === "wasm" ? ADDRESSABLE - RESERVE - tf.memory().numBytes : null;
}
