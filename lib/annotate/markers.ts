import type { CellSource } from "../data/mod.ts";
import { type DetectedValues, readLog1p, type ValueKind } from "../genes/mod.ts";
import type { CsrMatrix } from "../matrix/mod.ts";

/** The difference of a gene between the cells of one type and all others. */
export interface Marker {
  readonly gene: string;
  /** Welch's t of the log1p values. */
  readonly t: number;
  /** log2 of (mean + 1e-9) inside over outside, means of the values before log1p. */
  readonly logFoldChange: number;
  /** Shares of cells inside and outside in which it is found. */
  readonly inside: number;
  readonly outside: number;
}

/** The genes that mark each group, best first, and what all groups express of them. */
export interface Markers {
  readonly byGroup: ReadonlyMap<string, readonly Marker[]>;
  /** Every gene of `byGroup` once, in the order of the groups. */
  readonly genes: readonly string[];
  /** Group -> mean log1p value of each of `genes`. */
  readonly means: ReadonlyMap<string, readonly number[]>;
}

/** Groups of cells to compare, and number of genes to keep. */
export interface MarkerOptions {
  /** Group of every cell; "" takes no part. */
  readonly groups: readonly string[];
  readonly values: ValueKind | DetectedValues;
  /** Genes a group; default 5. */
  readonly top?: number;
  /** Names for the genes; default the file's var names. */
  readonly geneNames?: readonly string[];
}

const BLOCK = 512;
/** Fewer cells on either side give differences by chance. */
const MIN_CELLS = 10;
/** True if a gene is a marker, by the bounds of scanpy's filter_rank_genes_groups. */
const IS_MARKER = ({ inside, outside, logFoldChange }: Marker): boolean =>
  inside >= 0.25 && outside <= 0.5 && logFoldChange >= 1;

/** Sums of one group (or of all cells), gene by gene. */
interface Sums {
  cells: number;
  readonly log: Float64Array;
  readonly squares: Float64Array;
  readonly linear: Float64Array;
  readonly found: Float64Array;
}

/**
 * Finds marker genes in one pass over the rows: each group against all other cells by Welch's t test on log1p
 * values (scanpy's default method), kept where the mean is at least doubled, a quarter of the group has the gene and
 * at most half of the others: a t alone favours genes that every cell has in plenty. Groups of fewer than ten cells
 * have no markers.
 */
export function findMarkers(source: CellSource, options: MarkerOptions): Markers {
  const sums = new Map<string, Sums>();
  for (let start = 0; start < source.nObs; start += BLOCK) {
    const end = Math.min(start + BLOCK, source.nObs);
    const block = readLog1p(source, options.values, { start, end });
    for (let row = 0; row < block.rows; row++) addRow(sums, options.groups[start + row], { block, row });
  }
  const all = total([...sums.values()], source.nVars);
  const names = options.geneNames ?? source.varNames;
  const groups = [...sums].filter(([, { cells }]) => cells >= MIN_CELLS && all.cells - cells >= MIN_CELLS)
    .sort((a, b) => b[1].cells - a[1].cells);
  const byGroup = new Map(
    groups.map(([name, inside]) => [name, rank({ inside, all, names }, options.top ?? 5)]),
  );
  return { byGroup, ...expressionOf(groups, [...byGroup.values()].flat(), names) };
}

function expressionOf(
  groups: readonly (readonly [string, Sums])[],
  markers: readonly Marker[],
  names: readonly string[],
): Pick<Markers, "genes" | "means"> {
  const genes = [...new Set(markers.map(({ gene }) => gene))];
  const columnOf = new Map(names.map((name, column) => [name, column]));
  const columns = genes.map((gene) => columnOf.get(gene) ?? -1);
  const means = groups.map(([name, { log, cells }]) =>
    [name, columns.map((column) => log[column] / cells)] as const
  );
  return { genes, means: new Map(means) };
}

function addRow(
  sums: Map<string, Sums>,
  group: string,
  { block, row }: { block: CsrMatrix; row: number },
): void {
  if (group === "") return;
  const into = sums.get(group) ?? emptySums(block.cols);
  sums.set(group, into);
  into.cells++;
  for (let i = block.indptr[row]; i < block.indptr[row + 1]; i++) {
    const value = block.data[i];
    if (value <= 0) continue;
    const gene = block.indices[i];
    into.log[gene] += value;
    into.squares[gene] += value * value;
    into.linear[gene] += Math.expm1(value);
    into.found[gene]++;
  }
}

function emptySums(genes: number): Sums {
  const zeros = () => new Float64Array(genes);
  return { cells: 0, log: zeros(), squares: zeros(), linear: zeros(), found: zeros() };
}

function total(groups: readonly Sums[], genes: number): Sums {
  const all = emptySums(genes);
  for (const { cells, log, squares, linear, found } of groups) {
    all.cells += cells;
    for (let gene = 0; gene < genes; gene++) {
      all.log[gene] += log[gene];
      all.squares[gene] += squares[gene];
      all.linear[gene] += linear[gene];
      all.found[gene] += found[gene];
    }
  }
  return all;
}

function rank(
  { inside, all, names }: { inside: Sums; all: Sums; names: readonly string[] },
  top: number,
): Marker[] {
  const markers: Marker[] = [];
  for (let gene = 0; gene < names.length; gene++) {
    const marker = compare({ inside, all, gene }, names[gene]);
    if (IS_MARKER(marker)) markers.push(marker);
  }
  return markers.sort((a, b) => b.t - a.t || (a.gene < b.gene ? -1 : 1)).slice(0, top);
}

function compare({ inside, all, gene }: { inside: Sums; all: Sums; gene: number }, name: string): Marker {
  const [n, m] = [inside.cells, all.cells - inside.cells];
  const a = moments(inside.log[gene], inside.squares[gene], n);
  const b = moments(all.log[gene] - inside.log[gene], all.squares[gene] - inside.squares[gene], m);
  const linear = [inside.linear[gene] / n, (all.linear[gene] - inside.linear[gene]) / m];
  return {
    gene: name,
    t: (a.mean - b.mean) / Math.sqrt(a.variance / n + b.variance / m + 1e-12),
    logFoldChange: Math.log2((linear[0] + 1e-9) / (Math.max(0, linear[1]) + 1e-9)),
    inside: inside.found[gene] / n,
    outside: (all.found[gene] - inside.found[gene]) / m,
  };
}

function moments(sum: number, squares: number, n: number): { mean: number; variance: number } {
  const mean = sum / n;
  return { mean, variance: Math.max(0, squares - n * mean * mean) / (n - 1) };
}
