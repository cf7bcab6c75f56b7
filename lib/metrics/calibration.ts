/** Counts of answers of about the same confidence. */
export interface ConfidenceBin {
  cells: number;
  /** Sum of the confidences. */
  confidence: number;
  /** Number of right answers. */
  right: number;
}

/** The expected calibration error (Guo et al. 2017): the sum over bins of their share |mean confidence - share right|. */
export function expectedCalibrationError(bins: readonly ConfidenceBin[]): number {
  const cells = bins.reduce((sum, bin) => sum + bin.cells, 0);
  return bins.reduce((sum, bin) => sum + Math.abs(bin.confidence - bin.right) / cells, 0);
}
