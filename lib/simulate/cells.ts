import type { Rng } from "../runtime/mod.ts";
import { csrFromDense, type CsrMatrix, Frame, type FrameColumns, stackRows } from "../matrix/mod.ts";
import type { CellSource } from "../data/mod.ts";
import { type GeneTraits, MODULES } from "./genes.ts";

/** Largest deviation of a library from the median, in standard deviations of its log. */
const MAX_DEVIATION = 3;

/** A group of cells with the same expected expression: a cell type, a perturbed condition, a cycle phase. */
export interface Population {
  readonly name: string;
  /** Expected share of each gene; sums to 1. */
  readonly profile: Float32Array;
}

/** Everything that cells are drawn from; one entry a cell in the typed arrays. */
export interface CellPlan {
  readonly name: string;
  readonly genes: readonly string[];
  readonly traits: GeneTraits;
  readonly populations: readonly Population[];
  readonly populationOf: Int32Array;
  /** Multiplies a gene's expression in the cells of a group (donor within batch): `[group][gene]`. */
  readonly groupEffects: readonly Float32Array[];
  readonly groupOf: Int32Array;
  readonly obs: FrameColumns;
  /** Median of the UMIs a cell. */
  readonly depth: number;
  /** Standard deviation of the log library size. */
  readonly depthSpread: number;
  /** Standard deviation of the log activity of modules between cells of one population. */
  readonly cellSpread: number;
  /** Chance that a transcript species of vanishing expression goes undetected. */
  readonly dropout: number;
}

/**
 * Raw counts of the planned cells, drawn row by row when asked for: a cell comes from a stream of its own, so
 * every way of slicing gives the same counts and only the asked-for rows are in memory.
 *
 * count ~ NB(mean = library * weight, variance = mean + mean^2 / r), where weight = share * group effect * module
 * activity, scaled to sum to 1, and library is log-normal; a count is then lost with probability dropout * exp(-mean) (the form of ZIFA, Pierson and Yau 2015, on the linear scale).
 */
export function simulateCells(plan: CellPlan, rng: Rng): CellSource {
  const nObs = plan.populationOf.length;
  const obsNames = Array.from({ length: nObs }, (_, i) => `cell_${String(i + 1).padStart(6, "0")}`);
  return {
    name: plan.name,
    nObs,
    nVars: plan.genes.length,
    obsNames,
    varNames: plan.genes,
    obs: new Frame(obsNames, plan.obs),
    var: new Frame(plan.genes, { feature_name: plan.genes }),
    rows: (start, end) => drawRows(plan, { start, end, rng }),
    close: () => {},
  };
}

function drawRows(plan: CellPlan, { start, end, rng }: { start: number; end: number; rng: Rng }): CsrMatrix {
  const cols = plan.genes.length;
  if (start < 0 || end > plan.populationOf.length || start > end) {
    throw new RangeError(`Cannot read rows ${start} to ${end} of ${plan.populationOf.length}`);
  }
  const counts = new Float32Array(cols);
  const cells = Array.from(
    { length: end - start },
    (_, i) => drawCell(plan, { cell: start + i, stream: rng.split(`cell/${start + i}`), counts }),
  );
  return stackRows(cells, cols);
}

interface Draw {
  readonly cell: number;
  readonly stream: Rng;
  /** Scratch, one entry a gene. */
  readonly counts: Float32Array;
}

/** The counts of one cell, as a matrix of one row. */
function drawCell(plan: CellPlan, { cell, stream, counts }: Draw): CsrMatrix {
  const { size } = plan.traits;
  const deviation = Math.max(-MAX_DEVIATION, Math.min(MAX_DEVIATION, stream.normal()));
  const library = plan.depth * Math.exp(plan.depthSpread * deviation);
  const perShare = library / weighGenes(plan, { cell, stream, counts });
  for (let g = 0; g < counts.length; g++) {
    const mean = perShare * counts[g];
    const count = negativeBinomial(mean, size[g], stream.uniform());
    counts[g] = count > 0 && stream.uniform() >= plan.dropout * Math.exp(-mean) ? count : 0;
  }
  return csrFromDense(counts, 1, counts.length);
}

/** Fills the scratch with what each gene is worth in this cell, up to a factor; returns the sum. */
function weighGenes(plan: CellPlan, { cell, stream, counts }: Draw): number {
  const { profile } = plan.populations[plan.populationOf[cell]];
  const effect = plan.groupEffects[plan.groupOf[cell]];
  const { module } = plan.traits;
  const activity = Float32Array.from({ length: MODULES }, () => Math.exp(plan.cellSpread * stream.normal()));
  let sum = 0;
  for (let g = 0; g < counts.length; g++) {
    counts[g] = profile[g] * effect[g] * (module[g] < 0 ? 1 : activity[module[g]]);
    sum += counts[g];
  }
  return sum;
}

/**
 * The quantile `u` of the negative binomial: counts up P(k+1) = P(k) (k + r)/(k + 1) q with q = mean/(mean + r).
 * P(0) = (1 + mean/r)^-r > 1 - mean decides most genes of most cells without a logarithm.
 */
function negativeBinomial(mean: number, r: number, u: number): number {
  if (u < 1 - mean) return 0;
  const q = mean / (mean + r);
  let probability = Math.exp(r * Math.log1p(-q));
  let count = 0;
  for (let left = u - probability; left >= 0 && probability > 0; left -= probability) {
    probability *= q * (count + r) / (count + 1);
    count++;
  }
  return count;
}
