import type { Table } from "../../../matrix/mod.ts";
import { benjaminiHochberg, rankSum } from "../../../metrics/mod.ts";

/** Number of differential genes that metrics look at, as in GEARS. */
const TOP_GENES = 20;

/** The difference of each gene between a condition and its control; one entry per gene. */
export interface Differential {
  /** Mean log1p value in the condition less that in control. */
  readonly change: Float32Array;
  /** Of Wilcoxon's rank-sum test; above 0 where the condition is higher. */
  readonly z: Float64Array;
  /** Two-sided p value, then adjusted for the false discovery rate over the genes. */
  readonly p: Float64Array;
  readonly q: Float64Array;
}

/** The values of each gene over cells, ascending: genes x cells. */
export interface SortedGenes {
  readonly values: Float32Array;
  readonly genes: number;
  readonly cells: number;
}

/** Sorts the cells' values gene by gene: control cells once, for all conditions. */
export function sortGenes({ data, rows, cols }: Table): SortedGenes {
  const values = new Float32Array(data.length);
  for (let gene = 0; gene < cols; gene++) {
    const own = values.subarray(gene * rows, (gene + 1) * rows);
    for (let row = 0; row < rows; row++) own[row] = data[row * cols + gene];
    own.sort();
  }
  return { values, genes: cols, cells: rows };
}

/** Tests every gene for a difference between cells of a condition and control cells; ties are corrected for. */
export function differentialGenes(cells: SortedGenes, control: SortedGenes): Differential {
  const [own, base] = [meansOf(cells), meansOf(control)];
  const tests = Array.from(own, (_, gene) => rankSum(valuesOf(cells, gene), valuesOf(control, gene)));
  const p = Float64Array.from(tests, (test) => test.p);
  return {
    change: own.map((mean, gene) => mean - base[gene]),
    z: Float64Array.from(tests, (test) => test.z),
    p,
    q: benjaminiHochberg(p),
  };
}

/** Genes by falling |z|, which orders as p does and does not underflow; equal ones in the order of the genes. */
export function topGenes({ z }: Differential, count = TOP_GENES): Int32Array {
  const order = Array.from(z.keys()).sort((a, b) => Math.abs(z[b]) - Math.abs(z[a]) || a - b);
  return Int32Array.from(order.slice(0, count));
}

/** Mean of each column. */
export function columnMeans({ data, rows, cols }: Table): Float32Array {
  const sums = new Float64Array(cols);
  for (let row = 0, at = 0; row < rows; row++) {
    for (let gene = 0; gene < cols; gene++) sums[gene] += data[at++];
  }
  return Float32Array.from(sums, (sum) => sum / rows);
}

const valuesOf = ({ values, cells }: SortedGenes, gene: number): Float32Array =>
  values.subarray(gene * cells, (gene + 1) * cells);

const meansOf = (sorted: SortedGenes): Float32Array =>
  Float32Array.from({ length: sorted.genes }, (_, gene) => {
    let sum = 0;
    for (const value of valuesOf(sorted, gene)) sum += value;
    return sum / sorted.cells;
  });
