import type { CellSource } from "../../data/mod.ts";
import { restoreCell } from "./cell.ts";
import { badValueError, findBad } from "./check.ts";
import type { Plan } from "./kinds.ts";
import { allRows } from "./sample.ts";
import type { Undo } from "./undo.ts";

/** Result of a survey of every cell. */
export interface Survey {
  /** Cells with a value. */
  readonly cells: number;
  /** Cells that came back as whole multiples. */
  readonly whole: number;
  /** Cells whose way back is not that of most, and the first of each way. */
  readonly others: ReadonlyMap<Undo, { readonly cells: number; readonly first: string }>;
}

/**
 * Looks at every cell: what {@linkcode toLog1p} will make of it, and whether it holds what cannot be.
 *
 * @throws {KcellfmError} tag "data", naming row and gene of the first value that is negative or no finite number.
 */
export function surveyCells(source: CellSource, plan: Plan): Survey {
  const others = new Map<Undo, { cells: number; first: string }>();
  let [cells, whole] = [0, 0];
  for (const cell of allRows(source)) {
    const bad = findBad(cell, { signed: plan.floor });
    if (bad) throw badValueError(bad, source);
    if (cell.values.length === 0) continue;
    cells++;
    const { undo, whole: isWhole } = restoreCell(cell.values, plan);
    if (isWhole) whole++;
    if (undo === plan.undo) continue;
    const other = others.get(undo) ?? { cells: 0, first: source.obsNames[cell.row] };
    other.cells++;
    others.set(undo, other);
  }
  return { cells, whole, others };
}
