import { fitFusion, fitLinearPath, fuse, toPrediction } from "../../baselines/mod.ts";
import { nearestNeighbours, type Table, takeRows } from "../../matrix/mod.ts";
import type { Answer, FoldAnswers } from "../finetune/mod.ts";
import type { SpatialCells } from "./read.ts";

/** Results rows of the option: the model with the neighbourhood, and its linear path alone. */
export const NEIGHBOURHOOD = { model: "neighbourhood", linear: "neighbourhood_linear" } as const;

/**
 * Own values, then the mean values of the `k` nearest cells of the same image, `[cells, 2 markers]`. Neighbours are all
 * cells, of whatever part and type: their stains are looked at, their labels never.
 */
export function withNeighbours(cells: SpatialCells, values: Float32Array, k: number): Table {
  const [rows, own] = [cells.labels.length, cells.markers.length];
  const data = new Float32Array(rows * 2 * own);
  for (let row = 0; row < rows; row++) {
    data.set(values.subarray(row * own, (row + 1) * own), row * 2 * own);
  }
  for (const ofImage of Map.groupBy(cells.images.keys(), (row) => cells.images[row]).values()) {
    const points = { x: ofImage.map((row) => cells.x[row]), y: ofImage.map((row) => cells.y[row]) };
    nearestNeighbours(points, k).forEach((near, i) => {
      const at = (ofImage[i] * 2 + 1) * own;
      for (const other of near) {
        for (let m = 0; m < own; m++) data[at + m] += values[ofImage[other] * own + m] / near.length;
      }
    });
  }
  return { data, rows, cols: 2 * own };
}

/**
 * Answer of the tuned encoder and a linear path over cells and their neighbourhoods together, weighed on the validation
 * cells as without neighbourhoods; an option that the original lacks.
 */
export function answerWithNeighbours(
  cells: SpatialCells,
  { split, classes, tuned }: FoldAnswers,
  { table, seed, strength }: { table: Table; seed: number; strength?: number },
): Record<string, Answer> {
  const known = Int32Array.from([...split.train, ...split.validation]).sort();
  const held = new Set(split.validation);
  const labels = Array.from(known, (row) => cells.labels[row] ?? "");
  const validation = Int32Array.from(known.keys().filter((i) => held.has(known[i])));
  const path = fitLinearPath({ table: takeRows(table, known), labels, validation }, { seed });
  const ask = (rows: Int32Array, model = path.final) => model.predict(takeRows(table, rows)).probabilities;
  const fusion = fitFusion(
    { encoder: tuned.validation.probabilities, linear: ask(tuned.validation.rows, path.trained) },
    Int32Array.from(tuned.validation.rows, (row) => classes.indexOf(cells.labels[row] ?? "")),
    { strength },
  );
  const linear = ask(tuned.test.rows);
  const both = fuse(
    { encoder: tuned.test.probabilities, linear },
    { ...fusion, shift: tuned.fusion.shift },
    classes.length,
  );
  return {
    [NEIGHBOURHOOD.model]: toPrediction(classes, both),
    [NEIGHBOURHOOD.linear]: toPrediction(classes, linear),
  };
}
