import { nearestNeighbours } from "../../matrix/mod.ts";
import { colorAt, type Figure, heatmap, scatterMap } from "../../figures/mod.ts";
import { type Answer, type ExperimentRun, OURS } from "../../experiments/finetune/mod.ts";
import type { SpatialCells } from "../../experiments/spatial/mod.ts";

/** Words of a figure. */
interface Words {
  readonly title: string;
  readonly subtitle?: string;
}

/** Types with a label, most frequent first: the order of colours in every map of a set. */
export function typesOf({ labels }: SpatialCells): string[] {
  const groups = Map.groupBy(labels.filter((label) => label !== null), (label) => label);
  return [...groups].sort((a, b) => b[1].length - a[1].length || (a[0] < b[0] ? -1 : 1)).map(([label]) =>
    label
  );
}

/** Cells where they lie, coloured by type; cells without a label are left out. */
export function tissueMap(cells: SpatialCells, words: Words & { part?: "train" | "test" }): Figure {
  const { part } = words;
  const rows = [...cells.labels.keys()].filter((row) =>
    cells.labels[row] !== null && (part === undefined || (cells.isTest?.[row] ?? false) === (part === "test"))
  );
  return typeMap(cells, { ...words, rows, label: rows.map((row) => cells.labels[row] ?? "") });
}

/** Cells where they lie, coloured by one marker; the most extreme hundredth at either end shares a colour. */
export function markerMap(
  cells: SpatialCells,
  { marker, part }: { marker: string; part: "train" | "test" },
): Figure {
  const column = cells.markers.indexOf(marker);
  if (column < 0) {
    throw new RangeError(`Cannot draw the marker "${marker}" (the panel has: ${cells.markers.join(", ")})`);
  }
  const rows = [...cells.labels.keys()].filter((row) => (cells.isTest?.[row] ?? false) === (part === "test"));
  const values = rows.map((row) => cells.values[row * cells.markers.length + column]);
  const sorted = values.toSorted((a, b) => a - b);
  const [low, high] = [0.01, 0.99].map((share) => sorted[Math.round(share * (sorted.length - 1))]);
  return scatterMap({
    ...places(cells, rows),
    value: values.map((value) => Math.min(high, Math.max(low, value))),
    valueTitle: "value in the file",
    title: `How strongly ${marker} is stained`,
    ...TISSUE,
  });
}

/** The test cells of a run's first repeat where they lie, by true type, by called type, and by confidence. */
export function testMaps(
  cells: SpatialCells,
  { folds: [fold] }: ExperimentRun,
): Record<"truth" | "called" | "confidence", Figure> {
  const { truth, classes, tuned: { test }, answers } = fold;
  const rows = Array.from(test.rows);
  const { labels } = answers[OURS];
  const wrong = labels.filter((label, i) => label !== truth[i]).length;
  const [missed, of] = [wrong.toLocaleString("en-US"), rows.length.toLocaleString("en-US")];
  return {
    truth: typeMap(cells, { rows, label: [...truth], title: "What the cells are" }),
    called: typeMap(cells, {
      rows,
      label: [...labels],
      title: "What the model calls them",
      subtitle: `${missed} of ${of} test cells are called something else than they are`,
    }),
    confidence: scatterMap({
      ...places(cells, rows),
      value: confidences(answers[OURS], classes.length),
      valueTitle: "probability of the called type",
      title: "How sure the model is",
      ...TISSUE,
    }),
  };
}

/** Highest probability of each cell. */
function confidences({ probabilities = new Float32Array() }: Answer, classes: number): number[] {
  return Array.from(
    { length: probabilities.length / classes },
    (_, i) => Math.max(...probabilities.subarray(i * classes, (i + 1) * classes)),
  );
}

/** Words and scale of every map of a tissue. */
export const TISSUE = { spatial: true, axes: ["x", "y"], namesOnMap: false, maxPoints: 6000 } as const;

function typeMap(
  cells: SpatialCells,
  { rows, label, ...words }: Words & { rows: number[]; label: string[] },
): Figure {
  const order = typesOf(cells);
  const colors = Object.fromEntries(order.map((type, i) => [type, colorAt(i)])); // the same in every map of a set
  return scatterMap({ ...places(cells, rows), label, order, colors, ...words, ...TISSUE });
}

const places = ({ x, y }: SpatialCells, rows: readonly number[]) => ({
  x: rows.map((row) => x[row]),
  y: rows.map((row) => y[row]),
});

/** Mean value of each marker in each type, in standard deviations from the marker's mean over all labelled cells. */
export function markerHeatmap(cells: SpatialCells, words: Words): Figure {
  const types = typesOf(cells);
  const means = typeMeans(cells, types);
  const order = columnOrder(means);
  return heatmap({
    ...words,
    z: means.map((row) => order.map((column) => row[column])),
    rows: types,
    columns: order.map((column) => cells.markers[column]),
    row: "cell type",
    column: "marker",
    value: "mean (standard deviations)",
    scale: "diverging" as const,
    range: [-2.5, 2.5],
    digits: null,
    width: 900,
  });
}

function typeMeans({ values, markers, labels }: SpatialCells, types: readonly string[]): Float64Array[] {
  const cols = markers.length;
  const place = new Map(types.map((type, i) => [type, i]));
  const [sum, squares] = [new Float64Array(cols), new Float64Array(cols)];
  const means = types.map(() => new Float64Array(cols));
  const counts = new Int32Array(types.length);
  labels.forEach((label, row) => {
    const type = label === null ? undefined : place.get(label);
    if (type === undefined) return;
    counts[type]++;
    for (let m = 0; m < cols; m++) {
      const value = values[row * cols + m];
      sum[m] += value;
      squares[m] += value ** 2;
      means[type][m] += value;
    }
  });
  const n = counts.reduce((total, count) => total + count, 0);
  return means.map((row, type) =>
    row.map((total, m) => {
      const mean = sum[m] / n;
      const sd = Math.sqrt(Math.max(squares[m] / n - mean ** 2, 1e-12));
      return (total / counts[type] - mean) / sd;
    })
  );
}

/**
 * Frequency of each type (columns) among the `k` nearest cells of a type (rows), over its frequency in all: the
 * logarithm to base 2, within [-3, 3].
 */
export function neighbourHeatmap(cells: SpatialCells, { k = 10, ...words }: Words & { k?: number }): Figure {
  const types = typesOf(cells);
  const place = new Map(types.map((type, i) => [type, i]));
  const counts = types.map(() => new Float64Array(types.length));
  const totals = new Float64Array(types.length);
  for (const rows of Map.groupBy(cells.images.keys(), (row) => cells.images[row]).values()) {
    nearestNeighbours(places(cells, rows), k).forEach((near, i) => {
      const own = place.get(cells.labels[rows[i]] ?? "");
      for (const other of near) {
        const type = place.get(cells.labels[rows[other]] ?? "");
        if (own === undefined || type === undefined) continue;
        counts[own][type]++;
        totals[type]++;
      }
    });
  }
  const all = totals.reduce((sum, count) => sum + count, 0);
  const z = counts.map((row) => {
    const sum = Math.max(1, row.reduce((total, count) => total + count, 0));
    return row.map((count, type) =>
      Math.max(-3, Math.min(3, Math.log2(count / sum / Math.max(totals[type] / all, 1e-9))))
    );
  });
  return heatmap({
    ...words,
    z,
    rows: types,
    columns: types,
    row: "cell",
    column: "neighbour",
    scale: "diverging",
    value: "times as often as by chance (log2)",
    range: [-3, 3],
    digits: null,
  });
}

/** Markers by the type that shows them most, strongest first: the heatmap's bright fields run down a diagonal. */
function columnOrder(means: readonly Float64Array[]): number[] {
  const columns = Array.from(means[0].keys(), (column) => {
    const values = means.map((row) => row[column]);
    const top = Math.max(...values);
    return { column, type: values.indexOf(top), top };
  });
  return columns.sort((a, b) => a.type - b.type || b.top - a.top).map(({ column }) => column);
}
