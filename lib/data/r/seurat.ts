import { dataError } from "../../runtime/mod.ts";
import type { DenseArray } from "../h5ad/elements.ts";
import { concatenateRows, embedColumns } from "./blocks.ts";
import {
  attribute,
  dimensionNames,
  entriesOf,
  hasClass,
  isNumeric,
  itemOf,
  textOf,
  textsOf,
} from "./access.ts";
import {
  alignFrame,
  cellRows,
  cellsByGenes,
  chooseLayer,
  type Layer,
  type LayerChoice,
  type RCells,
  reductionName,
} from "./cells.ts";
import type { FrameColumn } from "../../matrix/mod.ts";
import { columnOf, frameOf } from "./columns.ts";
import { foreignMatrix, matrixOf, type RMatrix } from "./matrix.ts";
import type { RValue } from "./values.ts";

/** Matrices of an assay that hold cells by genes, the best first; `scale.data` has lost its counts and most genes. */
const SLOTS = ["counts", "data"];

export const isSeurat = (value: RValue): boolean => hasClass(value, "Seurat");

/** Slots of a Seurat object that are passed over when its file is read. */
export const UNUSED_SLOTS: readonly string[] = [
  ...["scale.data", "graphs", "neighbors", "commands", "tools", "misc", "jackstraw"],
  ...["feature.loadings", "feature.loadings.projected", "image", "molecules", "factors"],
];

/** Its number of cells, and its assays. */
export function seuratSummary(value: RValue): { cells: number; text: string } {
  const assays = entriesOf(attribute(value, "assays")).map(([name]) => name);
  return { cells: cellNames(value).length, text: `Seurat object, assays ${assays.join(", ")}` };
}

const cellNames = (value: RValue): readonly string[] =>
  frameOf(attribute(value, "meta.data"))?.rowNames ?? [];

/**
 * The cells of a Seurat object of version 3, 4 or 5: counts of its RNA assay (else of its active one), metadata with
 * the active identity as `ident`, reductions, and places from its images.
 *
 * @throws {KcellfmError} tag "data", when it has no such matrix, or keeps it elsewhere.
 */
export function seuratCells(value: RValue, choice: LayerChoice, object: string): RCells {
  const obsNames = cellNames(value);
  const layers = allLayers(value, obsNames, object);
  const layer = chooseLayer(layers, choice, object);
  const matrix = layer.value();
  const meta = frameOf(attribute(value, "meta.data"));
  const varNames = matrix.rowNames ?? [];
  return {
    matrixName: layer.name,
    matrix: cellsByGenes(matrix, { rowsAre: "genes" }),
    obsNames: matrix.colNames ?? [],
    varNames,
    obs: withIdentity(alignFrame(meta, matrix.colNames ?? []), attribute(value, "active.ident")),
    var: alignFrame(geneFrame(value, layer.name), varNames),
    obsm: reductions(value, matrix.colNames ?? []),
    layers: layers.map(({ name }) => name),
  };
}

/** The layers of all assays as `RNA/counts`, those of the assay to read first. */
function allLayers(value: RValue, cells: readonly string[], object: string): Layer[] {
  const assays = entriesOf(attribute(value, "assays"));
  const active = textOf(attribute(value, "active.assay"));
  const first = assays.some(([name]) => name === "RNA") ? "RNA" : active;
  const ordered = [
    ...assays.filter(([name]) => name === first),
    ...assays.filter(([name]) => name !== first),
  ];
  const [main, ...others] = ordered.map(([name, assay]) => assayLayers(name, assay, { cells, object }));
  // Counts of another assay, such as antibodies, are no counts of the genes.
  return [...(main ?? []), ...others.flat().map((layer) => ({ ...layer, isCounts: false }))];
}

interface Within {
  readonly cells: readonly string[];
  readonly object: string;
}

function assayLayers(assay: string, value: RValue, within: Within): Layer[] {
  const list = attribute(value, "layers");
  return list === null ? slotLayers(assay, value, within) : listLayers(assay, value, within);
}

/** Versions 3 and 4: a slot each, empty if there is none. */
function slotLayers(assay: string, value: RValue, { object }: Within): Layer[] {
  return SLOTS.flatMap((slot) => {
    const stored = attribute(value, slot);
    const shape = matrixOf(stored);
    if (shape ? shape.rows * shape.cols === 0 : foreignMatrix(stored) === null) return [];
    const name = `${assay}/${slot}`;
    return [{ name, isCounts: slot === "counts", value: () => requireMatrix(stored, name, object) }];
  });
}

function requireMatrix(value: RValue, name: string, object: string): RMatrix {
  const matrix = matrixOf(value);
  if (matrix) return matrix;
  throw dataError(
    `Cannot read ${name} of ${object}: it is a ${
      foreignMatrix(value)
    }, whose values lie elsewhere or in a form of ` +
      `its own; in R, turn it into a dgCMatrix (as(x, "dgCMatrix")) and save again`,
  );
}

/** Version 5: a list of layers, `counts` in one piece or split as `counts.1`, `counts.2`; names lie beside them. */
function listLayers(assay: string, value: RValue, { cells, object }: Within): Layer[] {
  const stored = entriesOf(attribute(value, "layers"));
  return SLOTS.flatMap((kind) => {
    const parts = stored.filter(([name]) => name === kind || name.startsWith(`${kind}.`));
    if (parts.length === 0) return [];
    const name = `${assay}/${kind}`;
    const read = () =>
      joinParts(
        parts.map(([part, matrix]) =>
          namedPart(requireMatrix(matrix, `${assay}/${part}`, object), value, part)
        ),
        cells,
      );
    return [{ name, isCounts: kind === "counts", value: read }];
  });
}

/** A layer with the names that the maps of its assay give it. */
function namedPart(matrix: RMatrix, assay: RValue, layer: string): RMatrix {
  const rowNames = matrix.rowNames ?? mapped(attribute(assay, "features"), layer);
  const colNames = matrix.colNames ?? mapped(attribute(assay, "cells"), layer);
  if (rowNames?.length !== matrix.rows || colNames?.length !== matrix.cols) {
    throw new RangeError(`the names of layer ${layer} do not fit its ${matrix.rows} x ${matrix.cols} values`);
  }
  return { ...matrix, rowNames, colNames };
}

/** The rows of a map (cells or features by layers) that are true for a layer. */
function mapped(map: RValue, layer: string): readonly string[] | null {
  const [names, layers] = [dimensionNames(map, 0), dimensionNames(map, 1)];
  const column = layers?.indexOf(layer) ?? -1;
  if (!names || column < 0 || !isNumeric(map)) return null;
  return names.filter((_, row) => map.data[column * names.length + row] === 1);
}

/** Layers of different cells as one matrix over all their genes, its cells in the object's order. */
function joinParts(parts: readonly RMatrix[], cells: readonly string[]): RMatrix {
  if (parts.length === 1) return parts[0];
  const rowNames = [...new Set(parts.flatMap((part) => part.rowNames ?? []))];
  const names = parts.flatMap((part) => part.colNames ?? []);
  const place = new Map(cells.map((name, i) => [name, i]));
  const placeOf = (column: number) => place.get(names[column]) ?? cells.length + column;
  const order = Int32Array.from(names.keys()).sort((a, b) => placeOf(a) - placeOf(b));
  const wide = (part: RMatrix) => embedColumns(part.byColumn(), part.rowNames ?? [], rowNames);
  const byColumn = () => concatenateRows(parts.map(wide), order);
  const colNames = Array.from(order, (i) => names[i]);
  return { rows: rowNames.length, cols: names.length, rowNames, colNames, byColumn };
}

/** The gene table of an assay: `meta.features`, from version 5 on `meta.data`. */
function geneFrame(value: RValue, layer: string) {
  const assay = itemOf(attribute(value, "assays"), layer.slice(0, layer.lastIndexOf("/")));
  return frameOf(attribute(assay, "meta.features")) ?? frameOf(attribute(assay, "meta.data"));
}

/** The identity that the object's user sees, where the metadata have no column of that name. */
function withIdentity(
  obs: ReadonlyMap<string, FrameColumn>,
  identity: RValue,
): ReadonlyMap<string, FrameColumn> {
  const rows = [...obs.values()][0];
  const length = rows === undefined ? 0 : "codes" in rows ? rows.codes.length : rows.length;
  const column = columnOf(identity, length);
  return column === null || obs.has("ident") ? obs : new Map([...obs, ["ident", column]]);
}

function reductions(value: RValue, obsNames: readonly string[]): Map<string, DenseArray> {
  const found = new Map<string, DenseArray>();
  for (const [name, reduction] of entriesOf(attribute(value, "reductions"))) {
    const rows = cellRows(attribute(reduction, "cell.embeddings"), obsNames);
    if (rows) found.set(reductionName(name), rows);
  }
  const places = imagePlaces(value, obsNames);
  return places ? found.set("spatial", places) : found;
}

/** Places in the first image that has them: x and y, not a number for cells that are not in it. */
function imagePlaces(value: RValue, obsNames: readonly string[]): DenseArray | null {
  const cellOf = new Map(obsNames.map((name, row) => [name, row]));
  const data = new Float32Array(2 * obsNames.length).fill(NaN);
  let count = 0;
  for (const [, image] of entriesOf(attribute(value, "images"))) {
    for (const { cell, x, y } of placesOf(image)) {
      const row = cellOf.get(cell);
      if (row === undefined || !Number.isNaN(data[2 * row])) continue;
      [data[2 * row], data[2 * row + 1]] = [x, y];
      count++;
    }
  }
  return count === 0 ? null : { shape: [obsNames.length, 2], data };
}

interface Place {
  readonly cell: string;
  readonly x: number;
  readonly y: number;
}

/** Visium and Slide-seq keep a frame of coordinates, imaging methods centroids. */
function placesOf(image: RValue): Place[] {
  const frame = frameOf(attribute(image, "coordinates"));
  if (frame?.rowNames) {
    const [x, y] = [["imagecol", "x"], ["imagerow", "y"]].map((names) =>
      names.map((name) => frame.columns.get(name)).find((column) =>
        column instanceof Float64Array || column instanceof Int32Array
      )
    );
    if (!x || !y) return [];
    return frame.rowNames.map((cell, i) => ({ cell, x: Number(x[i]), y: Number(y[i]) }));
  }
  const centroids = entriesOf(attribute(image, "boundaries")).map(([, boundary]) => boundary)
    .find((boundary) => hasClass(boundary, "Centroids"));
  const [cells, points] = [
    textsOf(attribute(centroids ?? null, "cells")),
    attribute(centroids ?? null, "coords"),
  ];
  if (!cells || !isNumeric(points) || points.data.length < 2 * cells.length) return [];
  return cells.map((cell, i) => ({ cell, x: points.data[i], y: points.data[cells.length + i] }));
}
