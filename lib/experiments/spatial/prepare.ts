import { dataError, type Rng } from "../../runtime/mod.ts";
import type { SpatialCells } from "./read.ts";

/** Cells that can be experimented on, and what was done to get there, in words. */
export interface PreparedCells {
  readonly cells: SpatialCells;
  readonly notes: readonly string[];
}

/** Types with fewer cells than this take no part. */
export const MIN_CELLS = 10;

/**
 * Leaves out the types of which there are too few cells to learn and to report on, one-cell classes first of all; their
 * cells stay as neighbours of others. A note names them.
 *
 * @throws {KcellfmError} tag "data", when fewer than two types remain.
 */
export function keepCommonTypes(
  cells: SpatialCells,
  { minCells = MIN_CELLS }: { minCells?: number } = {},
): PreparedCells {
  const groups = Map.groupBy(cells.labels.filter((label) => label !== null), (label) => label);
  const rare = [...groups].filter(([, of]) => of.length < minCells).map(([label, of]) => ({
    label,
    count: of.length,
  }));
  if (groups.size - rare.length < 2) {
    throw dataError(
      `Cannot use ${cells.name}: ${
        groups.size - rare.length
      } of the ${groups.size} types in ${cells.labelKey} have at ` +
        `least ${minCells} cells, two are needed; give another --label-key or lower --min-cells`,
    );
  }
  const left = new Set(rare.map(({ label }) => label));
  const labels = cells.labels.map((label) => label === null || left.has(label) ? null : label);
  const names = rare.map(({ label, count }) => `${label} (${count})`).join(", ");
  const note = `left out, fewer than ${minCells} cells: ${names}`;
  return { cells: { ...cells, labels }, notes: rare.length > 0 ? [note] : [] };
}

/**
 * The two files of a set as one, its test cells marked. Markers are taken in the order of the training file; one that it
 * lacks is left out.
 *
 * @throws {KcellfmError} tag "data", when the test file lacks a marker of the training file.
 */
export function joinParts(train: SpatialCells, test: SpatialCells): PreparedCells {
  const place = new Map(test.markers.map((marker, column) => [marker, column]));
  const missing = train.markers.filter((marker) => !place.has(marker));
  if (missing.length > 0) {
    throw dataError(
      `Cannot use ${test.name}: it lacks the marker${missing.length > 1 ? "s" : ""} ${
        missing.join(", ")
      } of ${train.name}; ` +
        `both files need the same columns`,
    );
  }
  const extra = test.markers.filter((marker) => !train.markers.includes(marker));
  const columns = train.markers.map((marker) => place.get(marker) ?? 0);
  const cells: SpatialCells = {
    ...train,
    name: `${train.name} and ${test.name}`,
    values: stack(train.values, pickColumns(test, columns)),
    x: stack(train.x, test.x),
    y: stack(train.y, test.y),
    images: [
      ...train.images.map((image) => `train ${image}`),
      ...test.images.map((image) => `test ${image}`),
    ],
    labels: [...train.labels, ...test.labels],
    isTest: [...train.labels.map(() => false), ...test.labels.map(() => true)],
  };
  const names = extra.join(", ");
  const note = `markers of ${test.name} that ${train.name} lacks, left out: ${names}`;
  return { cells, notes: extra.length > 0 ? [note] : [] };
}

/** The types that only the test part has: no answer can be right there, so their cells count as wrong. */
export function unseenTypes({ labels, isTest }: SpatialCells): string[] {
  const ofPart = (test: boolean) =>
    labels.filter((label, row) => label !== null && (isTest?.[row] ?? false) === test);
  const met = new Set(ofPart(false));
  return [...new Set(ofPart(true))].flatMap((label) => label === null || met.has(label) ? [] : label).sort();
}

/** Cells to learn from and to report on. */
export interface PartSizes {
  readonly train: number;
  readonly test: number;
}

/** Keeps the labels of at most so many cells of each part, drawn at random; the others stay as neighbours. */
export function drawCells(cells: SpatialCells, most: PartSizes, rng: Rng): SpatialCells {
  const labelled = [...cells.labels.keys()].filter((row) => cells.labels[row] !== null);
  const parts = Map.groupBy(labelled, (row) => cells.isTest?.[row] ? "test" as const : "train" as const);
  const kept = new Set(
    [...parts].flatMap(([part, rows]) => rng.split(part).shuffle(rows).slice(0, most[part])),
  );
  return { ...cells, labels: cells.labels.map((label, row) => kept.has(row) ? label : null) };
}

/** @throws {KcellfmError} tag "data", naming the markers of a panel that the cells lack. */
export function requirePanel({ name, markers }: SpatialCells, panel: readonly string[]): void {
  const missing = panel.filter((marker) => !markers.includes(marker));
  if (missing.length === 0) return;
  throw dataError(
    `Cannot use ${name}: it lacks ${missing.length} of the ${panel.length} markers of this set (${
      missing.join(", ")
    }); ` +
      `give the file as --set FILE to use it with the markers that it has`,
  );
}

function pickColumns({ values, markers }: SpatialCells, columns: readonly number[]): Float32Array {
  const rows = values.length / markers.length;
  const picked = new Float32Array(rows * columns.length);
  for (let row = 0; row < rows; row++) {
    columns.forEach((from, to) => picked[row * columns.length + to] = values[row * markers.length + from]);
  }
  return picked;
}

function stack(a: Float32Array, b: Float32Array): Float32Array {
  const both = new Float32Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
