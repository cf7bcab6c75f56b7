import type * as tf from "@tensorflow/tfjs";
import { type SsdInputs, type SsdOptions, ssdScanReference } from "./reference.ts";

export type { SsdInputs, SsdOptions };

/**
 * Mamba-2's selective state space (Dao and Gu 2024):
 * `h_t = exp(dt_t a) h_{t-1} + dt_t b_t (x) x_t`, `y_t = c_t h_t + d x_t`, from `h = 0`, each head by itself.
 * Returns y `[B, L, H, P]`; padded positions give 0; with `reverse`, t runs from the last unpadded one down.
 */
export function ssdScan(inputs: SsdInputs, options: SsdOptions): tf.Tensor4D {
  return ssdScanReference(inputs, options);
}
