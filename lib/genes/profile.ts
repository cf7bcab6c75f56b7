import type { CsrMatrix } from "../matrix/mod.ts";

/**
 * Genes that every cell has in quantity and that differ more between technologies than between types: ribosome, mitochondria,
 * cytoskeleton, translation, stress. They say little of a type and drown what does.
 */
const EVERYWHERE =
  /^(RP[LS]\d|RPLP|RPSA|MT-|EEF[12]|EIF\d|TPT1|FT[LH]1?$|FTH1|FAU|NACA|UB[ABC]|PTMA|HSP|FOS|JUN|ACT[BG]|TMSB|GAPDH|B2M|HLA-[ABC]$|MALAT1|NEAT1|XIST)/;

/** True if a gene, by its symbol, is of a kind that is abundant in every cell. */
export const isEverywhere = (symbol: string): boolean => EVERYWHERE.test(symbol);

/** The `count` genes with the largest informativeness, ascending; genes that say nothing are left out. */
export function profileGenes(informativeness: Float32Array, count: number): Int32Array {
  const told = Int32Array.from(informativeness.keys()).filter((gene) => informativeness[gene] > 0);
  return told.sort((a, b) => informativeness[b] - informativeness[a] || a - b).slice(0, count).sort();
}

/**
 * Cells as whole profiles: log1p values at the chosen genes, each cell standardised over those that its file has, so that the base
 * of a logarithm and the scaling of a panel cancel. A gene that the file lacks is 0, the cell's average.
 *
 * @param cells one column a gene of the vocabulary
 * @param options.genes chosen genes, ascending
 * @param options.measured for each row, 1 for the genes of the vocabulary that its file has; null: it has all
 * @returns `[rows, genes.length]`, row-major
 */
export function profileCells(
  cells: CsrMatrix,
  { genes, measured }: { genes: Int32Array; measured: (row: number) => Uint8Array | null },
): Float32Array {
  const columnOf = new Int32Array(cells.cols).fill(-1);
  genes.forEach((gene, column) => columnOf[gene] = column);
  const profiles = new Float32Array(cells.rows * genes.length);
  for (let row = 0; row < cells.rows; row++) {
    const profile = profiles.subarray(row * genes.length, (row + 1) * genes.length);
    for (let i = cells.indptr[row]; i < cells.indptr[row + 1]; i++) {
      const column = columnOf[cells.indices[i]];
      if (column >= 0) profile[column] = cells.data[i];
    }
    standardise(profile, genes, measured(row));
  }
  return profiles;
}

function standardise(profile: Float32Array, genes: Int32Array, measured: Uint8Array | null): void {
  const has = (column: number) => measured === null || measured[genes[column]] === 1;
  let [count, sum, squares] = [0, 0, 0];
  for (let column = 0; column < profile.length; column++) {
    if (!has(column)) continue;
    count++;
    sum += profile[column];
    squares += profile[column] ** 2;
  }
  const mean = sum / Math.max(1, count);
  const deviation = Math.sqrt(Math.max(0, squares / Math.max(1, count) - mean ** 2)) || 1;
  for (let column = 0; column < profile.length; column++) {
    profile[column] = has(column) ? (profile[column] - mean) / deviation : 0;
  }
}

/** Profiles less a file's mean profile, in place; genes that the file lacks stay 0. Returns its argument. */
export function centreProfiles(profiles: Float32Array, centre: Float32Array): Float32Array {
  for (let at = 0; at < profiles.length; at++) profiles[at] -= centre[at % centre.length];
  return profiles;
}

/** The mean of profiles `[rows, width]`: `[width]`. */
export function meanProfile(profiles: Float32Array, width: number): Float32Array {
  const rows = Math.max(1, profiles.length / width);
  const mean = new Float32Array(width);
  for (let at = 0; at < profiles.length; at++) mean[at % width] += profiles[at] / rows;
  return mean;
}

/** {@linkcode centreProfiles} for cells of several files, each less the mean of those of its own file, in place. */
export function centreByStudy(profiles: Float32Array, studies: Int32Array): Float32Array {
  const width = profiles.length / studies.length;
  const rowOf = (row: number) => profiles.subarray(row * width, (row + 1) * width);
  for (const rows of Map.groupBy(studies.keys(), (row) => studies[row]).values()) {
    const centre = new Float32Array(width);
    for (const row of rows) rowOf(row).forEach((value, gene) => centre[gene] += value / rows.length);
    for (const row of rows) centreProfiles(rowOf(row), centre);
  }
  return profiles;
}
