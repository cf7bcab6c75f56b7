import type { Rng } from "../runtime/mod.ts";
import { MASK_VALUE, type TokenBatch } from "./tokenizer.ts";

/** A batch with some values hidden, and what was hidden; the targets are the values before masking. */
export interface MaskedBatch extends TokenBatch {
  /** 1 at hidden positions, `[cells, length]`. */
  readonly masked: Float32Array;
  /** The values before masking, `[cells, length]`. */
  readonly targets: Float32Array;
}

/** The share of values to hide, and the way to choose them. */
export interface MaskingOptions {
  /** Share of a cell's values. */
  readonly rate: number;
  readonly rng: Rng;
  /**
   * Hide as the original does: the share is rounded down and `<cls>` counts as a gene; what is hidden is also its own
   * target, so that a model learns to answer -1 (ORIGINAL section 6, defect 1). Default false.
   */
  readonly asPublished?: boolean;
}

/**
 * Hides the values of a random `rate` of each cell's genes (never `<cls>` or `<pad>`), at least one a cell
 * that has genes; the targets are a copy from before.
 */
export function maskValues(batch: TokenBatch, { rate, rng, asPublished }: MaskingOptions): MaskedBatch {
  const values = batch.values.slice();
  const masked = new Float32Array(values.length);
  for (let row = 0; row < batch.cells; row++) {
    const first = asPublished ? 0 : 1; // <cls> stands at 0
    const candidates = batch.lengths[row] - first;
    if (candidates < 1) continue;
    const hidden = asPublished ? Math.floor(rate * candidates) : Math.max(1, Math.round(rate * candidates));
    for (const candidate of rng.sample(candidates, hidden)) {
      const at = row * batch.length + first + candidate;
      values[at] = MASK_VALUE;
      masked[at] = 1;
    }
  }
  return { ...batch, values, masked, targets: asPublished ? values : batch.values };
}
