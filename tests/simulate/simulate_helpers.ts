import type { SimulatedAtlas } from "../../lib/simulate/mod.ts";
import type { CsrMatrix } from "../../lib/matrix/mod.ts";

/** Mean of log1p of counts scaled to 10,000, by type and gene: `[type][gene]`. */
export function meanProfiles(atlas: SimulatedAtlas): Float64Array[] {
  const matrix = atlas.rows(0, atlas.nObs);
  const profiles = atlas.types.map(() => new Float64Array(atlas.nVars));
  const cells = new Int32Array(atlas.types.length);
  for (let i = 0; i < matrix.rows; i++) {
    const type = atlas.typeOf[i];
    const total = rowSum(matrix, i);
    cells[type]++;
    forRow(matrix, i, (g, count) => profiles[type][g] += Math.log1p(1e4 * count / total));
  }
  profiles.forEach((profile, t) => profile.forEach((sum, g) => profile[g] = sum / cells[t]));
  return profiles;
}

/** Subtracts the mean over types from each gene, in place: what is left says how types differ. */
export function centre(profiles: readonly Float64Array[]): readonly Float64Array[] {
  for (let g = 0; g < profiles[0].length; g++) {
    const mean = profiles.reduce((sum, profile) => sum + profile[g], 0) / profiles.length;
    for (const profile of profiles) profile[g] -= mean;
  }
  return profiles;
}

export function rowSum(matrix: CsrMatrix, row: number): number {
  let sum = 0;
  forRow(matrix, row, (_, count) => sum += count);
  return sum;
}

export function forRow(matrix: CsrMatrix, row: number, visit: (gene: number, count: number) => void): void {
  for (let k = matrix.indptr[row]; k < matrix.indptr[row + 1]; k++) visit(matrix.indices[k], matrix.data[k]);
}
