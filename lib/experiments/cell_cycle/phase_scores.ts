import { createRng } from "../../runtime/mod.ts";
import type { Table } from "../../matrix/mod.ts";
import type { Phase } from "./phases.ts";

/** Expression of the genes of S and of G2M in each cell, and the phase that follows from it. */
export interface PhaseScores {
  readonly s: Float32Array;
  readonly g2m: Float32Array;
  readonly phases: readonly Phase[];
}

/** Bins of equal size that genes are sorted into by their mean, and control genes drawn for each gene: as Seurat. */
const BINS = 24;
const CONTROLS = 100;

/**
 * Cell cycle scores as Seurat's CellCycleScoring (Tirosh et al. 2016): the mean of a phase's genes less the mean of
 * control genes of similar expression. The higher score names the phase; G1 where neither is above zero. No label is used.
 *
 * @param expression log1p values, `[cells, genes]`
 * @param symbols one a column
 */
export function scorePhases(
  expression: Table,
  { symbols, s, g2m, seed }: Record<"symbols" | "s" | "g2m", readonly string[]> & { seed: number },
): PhaseScores {
  const score = moduleScorer(expression, symbols);
  const scores = { s: score(s, seed), g2m: score(g2m, seed) };
  const phases = Array.from(scores.s, (value, cell): Phase => {
    if (value <= 0 && scores.g2m[cell] <= 0) return "G1";
    return value > scores.g2m[cell] ? "S" : "G2M";
  });
  return { ...scores, phases };
}

/** Seurat's AddModuleScore for one matrix. */
function moduleScorer({ data, rows, cols }: Table, symbols: readonly string[]) {
  const column = new Map(symbols.map((symbol, j) => [symbol, j]));
  const bins = equalBins(columnSums(data, cols));
  const meanOf = (row: number, genes: readonly number[]) =>
    genes.reduce((sum, j) => sum + data[row * cols + j], 0) / genes.length;

  return (names: readonly string[], seed: number): Float32Array => {
    const genes = names.flatMap((name) => column.get(name) ?? []);
    if (genes.length === 0) return new Float32Array(rows);
    const rng = createRng(seed).split("controls");
    const controls = new Set(genes.flatMap((gene) => {
      const bin = bins.find((members) => members.includes(gene)) ?? [];
      return Array.from(rng.split(gene).sample(bin.length, Math.min(CONTROLS, bin.length)), (i) => bin[i]);
    }));
    const drawn = [...controls];
    return Float32Array.from({ length: rows }, (_, row) => meanOf(row, genes) - meanOf(row, drawn));
  };
}

function columnSums(data: Float32Array, cols: number): Float64Array {
  const sums = new Float64Array(cols);
  data.forEach((value, at) => sums[at % cols] += value);
  return sums;
}

/** Columns in bins of equal size, the lowest sums first. */
function equalBins(sums: Float64Array): number[][] {
  const order = [...sums.keys()].sort((a, b) => sums[a] - sums[b]);
  const bins: number[][] = Array.from({ length: BINS }, () => []);
  order.forEach((gene, rank) => bins[Math.floor(rank * BINS / order.length)].push(gene));
  return bins;
}
