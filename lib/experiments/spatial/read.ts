import { basename } from "node:path";
import { type CellSource, openCells } from "../../data/mod.ts";
import {
  detectValues,
  foldMarker,
  isNoMarker,
  type MarkerTable,
  readLog1p,
  readMarkerTable,
} from "../../genes/mod.ts";
import { denseColumns, type Frame } from "../../matrix/mod.ts";
import { dataError } from "../../runtime/mod.ts";

/** Cells of a tissue, with what was measured of each and where it lies. */
export interface SpatialCells {
  /** Short name for messages and results. */
  readonly name: string;
  /** Columns of `values`, by the names of the file. */
  readonly markers: readonly string[];
  /** Row after row, `[cells, markers]`, of any sign. */
  readonly values: Float32Array;
  /** "panel" for stains and z-scores, read as they are; "log1p" for counts, normalised and with mostly zeros. */
  readonly kind: "panel" | "log1p";
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Image or region of each cell: neighbours are looked for in it. */
  readonly images: readonly string[];
  /** Null where a cell has no label. */
  readonly labels: readonly (string | null)[];
  /** The column that the labels are from. */
  readonly labelKey: string;
  /** True for cells that are reported on, if the files say so (train.csv, test.csv). */
  readonly isTest?: readonly boolean[];
}

/** Options for reading a file of tissue cells. */
export interface ReadSpatialOptions {
  /** The column of labels; default the first of cell_type_A, cell_type, ClusterName, phenotype, label. */
  readonly labelKey?: string;
  /** A marker table in front of the shipped one. */
  readonly markers?: string;
}

/** Columns tried for labels, places and images, in this order; case counts for labels alone. */
const LABEL_COLUMNS = ["cell_type_A", "cell_type", "ClusterName", "phenotype", "author_label", "label"];
const X_COLUMNS = ["x", "x_position", "x_centroid", "centerx"];
const Y_COLUMNS = ["y", "y_position", "y_centroid", "centery"];
const IMAGE_COLUMNS = ["unique_region", "region", "imageid", "image", "file name"];

/** The columns of raw CODEX tables that are stains: "CD44 - stroma:Cyc_2_ch_2" is the marker CD44. */
const CYCLE = /^(.*?)( - .*)?:Cyc_\d+_ch_\d+$/;

/** More columns than any panel of stains has: genes, as in MERFISH. */
const LARGEST_PANEL = 150;

/**
 * Reads cells of a tissue: a CSV of markers with x, y and a label (the original's form and the like, gz too) or an
 * .h5ad whose obs has them. Values are taken as they are; only counts of many genes become log1p.
 *
 * @throws {KcellfmError} tag "data", when a value is missing or not a number, or there is no place or label column.
 */
export async function readSpatial(path: string, options: ReadSpatialOptions = {}): Promise<SpatialCells> {
  const table = readMarkerTable(options.markers);
  const annotations = [...X_COLUMNS, ...Y_COLUMNS, ...IMAGE_COLUMNS, "z"];
  const source = await openCells(path, {
    rowsAre: "cells",
    obsColumns: annotations,
    useRaw: false,
    rowNamesByHeader: true, // a marker in the first column with a gap is no column of names
  });
  try {
    return spatialCells(source, { ...options, path, table });
  } finally {
    source.close();
  }
}

interface Reading extends ReadSpatialOptions {
  readonly path: string;
  readonly table: MarkerTable;
}

function spatialCells(source: CellSource, reading: Reading): SpatialCells {
  const { path, table } = reading;
  const labelKey = labelColumn(source.obs, reading);
  const columns = markerColumns(source, table);
  requireNumbers(source.obs, { ...reading, labelKey });
  const kind = columns.length > LARGEST_PANEL ? "log1p" as const : "panel" as const;
  const values = denseValues(source, columns, kind);
  const markers = columns.map((column) => markerName(source.varNames[column]));
  requireFinite(values, { markers, path });
  return {
    name: basename(path).replace(/\.(csv|tsv|h5ad)(\.gz)?$/i, ""),
    markers,
    values,
    kind,
    x: placeColumn(source.obs, X_COLUMNS, path),
    y: placeColumn(source.obs, Y_COLUMNS, path),
    images: textColumn(source.obs, firstOf(source.obs, IMAGE_COLUMNS)) ?? source.obsNames.map(() => "one"),
    labels: textColumn(source.obs, labelKey)?.map((label) => label === "" ? null : label) ?? [],
    labelKey,
  };
}

const markerName = (column: string): string => CYCLE.exec(column)?.[1] ?? column;

/** Raw CODEX tables name their stains; elsewhere every column of numbers is a marker that is not known to be none. */
function markerColumns({ varNames }: CellSource, table: MarkerTable): number[] {
  const all = [...varNames.keys()];
  const stains = all.filter((column) => CYCLE.test(varNames[column]));
  return stains.length > 0 ? stains : all.filter((column) => !isNoMarker(varNames[column], table));
}

/** A marker with a gap among its first rows was taken for text: say where the gap is. */
function requireNumbers(obs: Frame, { path, table, labelKey }: Reading & { labelKey: string }): void {
  const suspects = obs.columns.filter((name) =>
    name !== labelKey && (table.get(foldMarker(name))?.length ?? 0) > 0
  );
  for (const name of suspects) {
    const values = obs.values(name);
    const row = values.findIndex((value) =>
      value === null || String(value).trim() === "" || Number.isNaN(Number(value))
    );
    if (row < 0) continue;
    throw dataError(
      `Cannot use ${path}: marker ${name} of cell ${row + 1} is "${
        values[row] ?? ""
      }", not a number; drop or fill this cell`,
    );
  }
}

function denseValues(
  source: CellSource,
  columns: readonly number[],
  kind: SpatialCells["kind"],
): Float32Array {
  const all = { start: 0, end: source.nObs };
  const matrix = kind === "panel"
    ? source.rows(all.start, all.end)
    : readLog1p(source, detectValues(source), all);
  return denseColumns(matrix, columns).data;
}

function requireFinite(
  values: Float32Array,
  { markers, path }: { markers: readonly string[]; path: string },
): void {
  const bad = values.findIndex((value) => !Number.isFinite(value));
  if (bad < 0) return;
  const [cell, marker] = [Math.floor(bad / markers.length) + 1, markers[bad % markers.length]];
  throw dataError(
    `Cannot use ${path}: marker ${marker} of cell ${cell} is ${
      values[bad]
    }, not a finite number; drop or fill this cell`,
  );
}

function labelColumn(obs: Frame, { path, labelKey }: Reading): string {
  const found = (labelKey === undefined ? LABEL_COLUMNS : [labelKey]).find((name) =>
    obs.columns.includes(name)
  );
  if (found !== undefined) return found;
  throw dataError(
    `Cannot use ${path}: it has no column of labels ${
      labelKey ?? `(${LABEL_COLUMNS.join(", ")})`
    }; name it with ` +
      `--label-key (text columns: ${obs.columns.join(", ") || "none"})`,
  );
}

const firstOf = (obs: Frame, names: readonly string[]): string | undefined =>
  names.flatMap((name) => obs.columns.find((column) => column.toLowerCase() === name) ?? [])[0];

function textColumn(obs: Frame, name: string | undefined): string[] | undefined {
  if (name === undefined) return undefined;
  return obs.values(name).map((value) => value === null ? "" : String(value).trim());
}

function placeColumn(obs: Frame, names: readonly string[], path: string): Float32Array {
  const name = firstOf(obs, names);
  const values = name === undefined ? null : Float32Array.from(obs.values(name), Number);
  if (values?.every(Number.isFinite)) return values;
  throw dataError(
    `Cannot use ${path}: every cell needs its place, in a column of numbers named ${names.join(" or ")}`,
  );
}
