import * as tf from "../../tensor/mod.ts";
import { hasKernel, runKernel, runKernels } from "../core/dispatch.ts";
import { checkShapes } from "../core/shapes.ts";
import { type SsdInputs, type SsdOptions, ssdScanReference } from "./reference.ts";

export type { SsdInputs, SsdOptions };

/** Inputs as in {@linkcode SCAN_INPUTS}, and lengths. */
export const SSD_SCAN = "KcfSsdScan";
/** Gradients of {@linkcode SCAN_INPUTS} from these, lengths and dy. */
export const SSD_SCAN_GRADIENT = "KcfSsdScanGradient";
/** The inputs that have gradients, in their order. */
export const SCAN_INPUTS = ["x", "dt", "a", "b", "c", "d"] as const;

export interface ScanAttributes {
  readonly reverse: boolean;
  /** 0 leaves the choice to the kernel. */
  readonly chunk: number;
}

/**
 * Mamba-2's selective state space (Dao and Gu 2024):
 * `h_t = exp(dt_t a) h_{t-1} + dt_t b_t (x) x_t`, `y_t = c_t h_t + d x_t`, from `h = 0`, each head separately.
 * Returns y `[B, L, H, P]`; padded positions give 0; with `reverse`, t runs from the last unpadded one down.
 *
 * @throws {TypeError} when the shapes do not fit.
 */
export function ssdScan(inputs: SsdInputs, options: SsdOptions): tf.Tensor4D {
  const { lengths, reverse = false, chunk = 0 } = options;
  checkInputs(inputs, lengths);
  if (!hasKernel(SSD_SCAN)) return ssdScanReference(inputs, options);
  return runKernel(SSD_SCAN, { ...inputs, lengths }, { reverse, chunk }) as tf.Tensor4D;
}

function checkInputs({ x, dt, a, b, c, d }: SsdInputs, lengths: tf.Tensor1D): void {
  const [rows, length, heads] = x.shape;
  const state = b.shape[b.rank - 1];
  checkShapes("ssdScan", {
    dt: [dt, [rows, length, heads]],
    a: [a, [heads]],
    b: [b, [rows, length, state]],
    c: [c, [rows, length, state]],
    d: [d, [heads]],
    lengths: [lengths, [rows], "int32"],
  });
}

tf.registerGradient({
  kernelName: SSD_SCAN,
  inputsToSave: [...SCAN_INPUTS, "lengths"],
  gradFunc: (dy, [x, dt, a, b, c, d, lengths], attributes) => {
    const inputs = { x, dt, a, b, c, d, lengths, dy: dy as tf.Tensor };
    const gradients = runKernels(SSD_SCAN_GRADIENT, inputs, attributes);
    return Object.fromEntries(SCAN_INPUTS.map((name, i) => [name, () => gradients[i]]));
  },
});
