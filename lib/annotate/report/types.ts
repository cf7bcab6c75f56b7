import { colorAt, NEUTRAL } from "../../figures/mod.ts";
import type { Annotation } from "../annotate.ts";
import { UNKNOWN } from "../roll_up.ts";
import type { CellType } from "../../ontology/mod.ts";

/** A called type with the report's facts on it. */
export interface CalledType extends CellType {
  /** Its number on the map and in tables: 1 is the most frequent. */
  readonly rank: number;
  readonly color: string;
  readonly cells: number;
  readonly share: number;
  readonly meanConfidence: number;
  readonly meanNovelty: number;
}

/** Types with a colour of their own; rarer ones are grey. */
const COLORED = 24;

/** The called types, most frequent first. */
export function calledTypes({ calls, input }: Annotation): CalledType[] {
  const groups = Map.groupBy(calls.best.keys(), (row) => calls.best[row]);
  const sorted = [...groups].sort((a, b) => b[1].length - a[1].length || a[0] - b[0]);
  return sorted.map(([type, rows], i) => ({
    ...calls.types[type],
    rank: i + 1,
    color: i < COLORED ? colorAt(i) : NEUTRAL,
    cells: rows.length,
    share: rows.length / input.cells,
    meanConfidence: meanOf(calls.confidence, rows),
    meanNovelty: meanOf(calls.novelty, rows),
  }));
}

/** A confident answer, with the cells that received it. */
export interface ConfidentType extends CellType {
  readonly cells: number;
  readonly share: number;
  readonly meanProbability: number;
  /** "rolled up" for a term above the callable types, "as called" for one of them, or "unknown". */
  readonly kind: "as called" | "rolled up" | "unknown";
}

/** The rolled-up answers, most frequent first. */
export function confidentTypes({ rolled, calls, input }: Annotation): ConfidentType[] {
  const groups = Map.groupBy(rolled.place.keys(), (row) => rolled.place[row]);
  const sorted = [...groups].sort((a, b) => b[1].length - a[1].length || a[0] - b[0]);
  return sorted.map(([place, rows]) => ({
    ...rolled.types[place],
    cells: rows.length,
    share: rows.length / input.cells,
    meanProbability: meanOf(rolled.probability, rows),
    kind: place < calls.types.length
      ? "as called"
      : rolled.types[place] === UNKNOWN
      ? "unknown"
      : "rolled up",
  }));
}

function meanOf(values: Float32Array, rows: readonly number[]): number {
  return rows.reduce((sum, row) => sum + values[row], 0) / rows.length;
}
