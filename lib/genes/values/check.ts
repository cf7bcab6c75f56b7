import type { CellSource } from "../../data/mod.ts";
import { dataError, type KcellfmError } from "../../runtime/mod.ts";

/** A value that no kind of expression value can have, and where it lies. */
export interface BadValue {
  readonly row: number;
  readonly column: number;
  readonly value: number;
}

/** The first value of a cell that is not a finite number or, unless `signed`, negative; else null. */
export function findBad(
  { row, values, columns }: { row: number; values: Float32Array; columns: Int32Array },
  { signed = false }: { signed?: boolean } = {},
): BadValue | null {
  for (let i = 0; i < values.length; i++) {
    const value = values[i];
    if (value >= 0 && value < Infinity) continue;
    if (signed && Number.isFinite(value)) continue;
    return { row, column: columns[i], value };
  }
  return null;
}

/** "row 4 (cell AAAC), gene ISG15". */
export const placeOf = ({ row, column }: BadValue, { obsNames, varNames }: CellSource): string =>
  `row ${row + 1} (cell ${obsNames[row]}), gene ${varNames[column]}`;

/** The one line about a value that cannot be. */
export function badValueError(bad: BadValue, source: CellSource): KcellfmError {
  const is = Number.isFinite(bad.value) ? `negative (${bad.value})` : `${bad.value}, not a finite number`;
  return dataError(
    `Cannot use the values of ${source.name}: ${
      placeOf(bad, source)
    } is ${is}; mend or drop that cell or gene, or ` +
      `choose another matrix with --layer NAME or --use-raw`,
  );
}
