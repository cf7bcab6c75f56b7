import type { Rng } from "../runtime/mod.ts";
import { MASK_VALUE, type TokenBatch } from "./tokenizer.ts";

/** A batch with some values hidden, and what was hidden; the targets are the values before masking. */
export interface MaskedBatch extends TokenBatch {
  /** 1 at hidden positions, `[cells, length]`. */
  readonly masked: Float32Array;
  /** The values before masking, `[cells, length]`. */
  readonly targets: Float32Array;
}

/**
 * Hides the values of a random `rate` of each cell's genes (never `<cls>` or `<pad>`), at least one a cell
 * that has genes. The original overwrote its own targets here (ORIGINAL section 6, defect 1); we copy.
 */
export function maskValues(batch: TokenBatch, { rate, rng }: { rate: number; rng: Rng }): MaskedBatch {
  const values = batch.values.slice();
  const masked = new Float32Array(values.length);
  for (let row = 0; row < batch.cells; row++) {
    const genes = batch.lengths[row] - 1;
    if (genes < 1) continue;
    for (const gene of rng.sample(genes, Math.max(1, Math.round(rate * genes)))) {
      const at = row * batch.length + 1 + gene;
      values[at] = MASK_VALUE;
      masked[at] = 1;
    }
  }
  return { ...batch, values, masked, targets: batch.values };
}
