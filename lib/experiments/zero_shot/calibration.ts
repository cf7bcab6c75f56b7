import { expectedCalibrationError } from "../../metrics/mod.ts";

/** One bar of a reliability diagram. */
export interface ReliabilityBin {
  readonly cells: number;
  /** Mean of what was claimed. */
  readonly confidence: number;
  /** Share that was right. */
  readonly accuracy: number;
}

/** Answers by how sure they were, in bins of equal width over [0, 1]; empty bins are left out. */
export function reliability(
  confidence: ArrayLike<number>,
  right: readonly boolean[],
  bins = 10,
): ReliabilityBin[] {
  const binOf = (i: number) => Math.min(bins - 1, Math.floor(confidence[i] * bins));
  const groups = [...Map.groupBy(right.keys(), binOf)].sort(([a], [b]) => a - b);
  return groups.map(([, cells]) => ({
    cells: cells.length,
    confidence: cells.reduce((sum, i) => sum + confidence[i], 0) / cells.length,
    accuracy: cells.filter((i) => right[i]).length / cells.length,
  }));
}

/** {@linkcode expectedCalibrationError} of a reliability diagram. */
export const calibrationError = (bins: readonly ReliabilityBin[]): number =>
  expectedCalibrationError(
    bins.map(({ cells, confidence, accuracy }) => ({
      cells,
      confidence: cells * confidence,
      right: cells * accuracy,
    })),
  );
