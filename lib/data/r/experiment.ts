import { dataError } from "../../runtime/mod.ts";
import type { DenseArray } from "../h5ad/elements.ts";
import { attribute, entriesOf, hasClass, isObject, itemOf, numbersOf, textsOf } from "./access.ts";
import {
  alignFrame,
  cellRows,
  cellsByGenes,
  chooseLayer,
  type Layer,
  type LayerChoice,
  numbered,
  type RCells,
  reductionName,
} from "./cells.ts";
import { frameOf } from "./columns.ts";
import { foreignMatrix, matrixOf, type RMatrix } from "./matrix.ts";
import type { RValue } from "./values.ts";

/** Bioconductor's containers, which share their layout. */
export const isExperiment = (value: RValue): boolean =>
  isObject(value) &&
  hasClass(
    value,
    "SingleCellExperiment",
    "SpatialExperiment",
    "SummarizedExperiment",
    "RangedSummarizedExperiment",
  );

export function experimentSummary(value: RValue): { cells: number; text: string } {
  const assays = assaysOf(value).map(([name]) => name);
  return { cells: cellCount(value), text: `SingleCellExperiment, assays ${assays.join(", ")}` };
}

const cellCount = (value: RValue): number =>
  numbersOf(attribute(attribute(value, "colData"), "nrows"))?.[0] ?? 0;

/**
 * The cells of a SingleCellExperiment: assay `counts` (else `logcounts`, else the first), colData, rowData, reducedDims
 * and the coordinates of a SpatialExperiment.
 *
 * @throws {KcellfmError} tag "data", when it has no such assay, or keeps it elsewhere.
 */
export function experimentCells(value: RValue, choice: LayerChoice, object: string): RCells {
  const layers = assayLayers(value, object);
  const layer = chooseLayer(layers, choice, object);
  const matrix = layer.value();
  const colData = frameOf(attribute(value, "colData"));
  const obsNames = colData?.rowNames ?? matrix.colNames ?? numbered("cell", matrix.cols);
  const varNames = geneNames(value) ?? matrix.rowNames;
  if (varNames?.length !== matrix.rows) throw dataError(`Cannot read ${object}: its genes have no names`);
  if (obsNames.length !== matrix.cols) {
    throw new RangeError(`its colData do not fit its ${matrix.cols} cells`);
  }
  return {
    matrixName: layer.name,
    matrix: cellsByGenes(matrix, { rowsAre: "genes" }),
    obsNames,
    varNames,
    obs: alignFrame(colData, obsNames),
    var: alignFrame(frameOf(rowData(value)), varNames),
    obsm: reductions(value, obsNames),
    layers: layers.map(({ name }) => name),
  };
}

const ORDER = ["counts", "logcounts", "normcounts"];

function assayLayers(value: RValue, object: string): Layer[] {
  const rank = (name: string) => (ORDER.indexOf(name) + ORDER.length + 1) % (ORDER.length + 1);
  return assaysOf(value)
    .map(([name, stored]) => ({
      name,
      isCounts: name === "counts",
      value: () => requireMatrix(stored, name, object),
    }))
    .sort((a, b) => rank(a.name) - rank(b.name));
}

/** The assays' list, which older versions keep in an environment. */
function assaysOf(value: RValue): [string, RValue][] {
  const assays = attribute(value, "assays");
  const inside = attribute(assays, "data") ?? itemOf(attribute(assays, ".xData"), "data");
  return entriesOf(inside ?? assays);
}

function requireMatrix(value: RValue, name: string, object: string): RMatrix {
  const matrix = matrixOf(value);
  if (matrix) return matrix;
  const kind = foreignMatrix(value) ?? "value of another kind";
  throw dataError(
    `Cannot read assay ${name} of ${object}: it is a ${kind}, whose values lie elsewhere or in a form of its own; ` +
      `in R, turn it into a dgCMatrix (assay(x, "${name}") <- as(assay(x, "${name}"), "dgCMatrix")) and save again`,
  );
}

/** Names of the genes: of the ranges, of groups of ranges, or of the container itself. */
function geneNames(value: RValue): readonly string[] | null {
  const ranges = attribute(value, "rowRanges");
  return textsOf(attribute(attribute(ranges, "ranges"), "NAMES")) ??
    textsOf(attribute(attribute(ranges, "partitioning"), "NAMES")) ??
    textsOf(attribute(value, "NAMES"));
}

const rowData = (value: RValue): RValue => {
  const ranges = attribute(value, "rowRanges");
  return attribute(ranges, "elementMetadata") ?? attribute(value, "elementMetadata");
};

function reductions(value: RValue, obsNames: readonly string[]): Map<string, DenseArray> {
  const internal = attribute(value, "int_colData");
  const found = new Map<string, DenseArray>();
  for (const [name, stored] of entriesOf(itemOf(internal, "reducedDims"))) {
    const rows = cellRows(stored, obsNames);
    if (rows) found.set(reductionName(name), rows);
  }
  const places = cellRows(itemOf(internal, "spatialCoords"), obsNames);
  return places ? found.set("spatial", places) : found;
}
