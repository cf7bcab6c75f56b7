import { probit } from "simple-statistics";
import type { CellSource } from "../../data/mod.ts";
import { genesOfMarkers, readMarkerTable } from "../../genes/mod.ts";
import { tableSource } from "../finetune/mod.ts";
import { fitLogisticRegression, meanLogLoss, type Split } from "../../baselines/mod.ts";
import type { SpatialCells } from "./read.ts";
import { measureScaling, standardise, type Table, tableOf, takeRows } from "../../matrix/mod.ts";

/**
 * Coding of marker values: as the file has them; minus the mean, over the standard deviation of the marker's
 * training cells; or as the normal score of their rank among them, which has no outliers and pulls steps apart.
 */
export const VALUE_CODINGS = ["as-is", "z-score", "normal-score"] as const;
export type ValueCoding = typeof VALUE_CODINGS[number];

/** Normal scores end here: one cell in 740 lies beyond. */
const MOST = 3;

/** A coding and the cells that it is measured on, `[cells, markers]`; none for values as they are. */
export interface MeasuredCoding {
  readonly coding: ValueCoding;
  readonly known: Table;
}

/** The coding as measured on some rows. */
export const measureCoding = (
  cells: SpatialCells,
  coding: ValueCoding,
  rows: Int32Array,
): MeasuredCoding => ({
  coding,
  known: takeRows(valuesOf(cells), coding === "as-is" ? new Int32Array() : rows),
});

/** The values of all cells in a coding that is measured on these or other cells, `[cells, markers]`. */
export function codeValues(cells: SpatialCells, { coding, known }: MeasuredCoding): Float32Array {
  if (coding === "as-is") return cells.values;
  const table = valuesOf(cells);
  return coding === "z-score" ? standardise(table, measureScaling(known)).data : normalScores(table, known);
}

const valuesOf = ({ values, markers }: SpatialCells): Table => tableOf(values, markers.length);

function normalScores(table: Table, known: Table): Float32Array {
  const scores = new Float32Array(table.data.length);
  for (let column = 0; column < table.cols; column++) {
    const sorted = columnOf(known, column).sort();
    for (let row = 0, at = column; row < table.rows; row++, at += table.cols) {
      scores[at] = normalScore(table.data[at], sorted);
    }
  }
  return scores;
}

const columnOf = ({ data, rows, cols }: Table, column: number): Float32Array =>
  Float32Array.from({ length: rows }, (_, row) => data[row * cols + column]);

/** The normal quantile of (values below + half of those equal) / n. */
function normalScore(value: number, sorted: Float32Array): number {
  const below = lowerBound(sorted, (known) => known < value);
  const notAbove = lowerBound(sorted, (known) => known <= value);
  const share = (below + notAbove) / 2 / sorted.length;
  if (share <= 0) return -MOST;
  return share >= 1 ? MOST : Math.max(-MOST, Math.min(MOST, probit(share)));
}

/** Number of sorted values before the first for which `isBefore` fails. */
function lowerBound(sorted: Float32Array, isBefore: (value: number) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(sorted[middle])) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Inverse penalty of the regression that codings are compared with. */
const C = 1;

/**
 * The coding in which a logistic regression of the training cells has the least log-loss on the validation cells; test
 * cells have no say. Genes as log1p stay as they are.
 */
export function chooseCoding(cells: SpatialCells, split: Split, { seed }: { seed: number }): ValueCoding {
  if (cells.kind === "log1p" || split.validation.length === 0) return "as-is";
  const label = (row: number) => cells.labels[row] ?? "";
  const losses = (["z-score", "normal-score"] as const).map((coding) => {
    const table = {
      ...valuesOf(cells),
      data: codeValues(cells, measureCoding(cells, coding, split.train)),
    };
    const model = fitLogisticRegression(takeRows(table, split.train), Array.from(split.train, label), {
      seed,
      c: C,
      standardise: false,
    });
    return {
      coding,
      loss: meanLogLoss(
        model.predict(takeRows(table, split.validation)),
        Array.from(split.validation, label),
      ),
    };
  });
  return losses.reduce((best, next) => next.loss < best.loss ? next : best).coding;
}

/**
 * Coded values of tissue cells under the genes of their markers.
 *
 * @throws {KcellfmError} tag "data", when a marker has no gene.
 */
export function markerSource(
  { name, markers, kind }: SpatialCells,
  data: Float32Array,
  options: { readonly genes: readonly string[]; readonly markers?: string },
): CellSource {
  const symbols = genesOfMarkers(markers, {
    table: readMarkerTable(options.markers),
    genes: options.genes,
    where: name,
    optional: kind === "log1p",
  });
  return tableSource(tableOf(data, markers.length), { name, symbols });
}
