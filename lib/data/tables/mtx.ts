import { basename, dataError, dirname, fileError, host, join } from "../../runtime/mod.ts";
import { featureColumns, type Features, geneColumns, selectFeatures } from "./features.ts";
import { memorySource } from "../memory.ts";
import { parseMatrixMarket } from "./mtx_parse.ts";
import { selectColumns } from "../../matrix/mod.ts";
import { readTsv } from "./text_file.ts";
import type { CellSource } from "../types.ts";

const PARTS = {
  matrix: /matrix\.mtx(\.gz)?$/,
  features: /(features|genes)\.tsv(\.gz)?$/,
  barcodes: /barcodes\.tsv(\.gz)?$/,
} as const;

/**
 * A MatrixMarket folder (matrix.mtx, features.tsv or genes.tsv, barcodes.tsv; plain or gzipped; a common prefix as in
 * GEO is fine), read into memory as CSR: 20 bytes a stored value while reading, 8 after. Genes may be the rows
 * (Cell Ranger) or the columns; which is told by the lengths of the two lists. Features other than gene expression
 * are left out. `path` is the folder or its .mtx file.
 *
 * @throws {KcellfmError} tag "file" when a part is missing or damaged, "data" when the parts do not fit.
 */
export async function openMatrixMarket(path: string): Promise<CellSource> {
  const parts = findParts(path);
  const features = readFeatures(parts.features);
  const barcodes = readTsv(parts.barcodes).map((row) => row[0]);
  const matrix = await parseMatrixMarket(parts.matrix, (shape) => {
    if (shape.rows === features.ids.length && shape.cols === barcodes.length) return "genes";
    if (shape.rows === barcodes.length && shape.cols === features.ids.length) return "cells";
    throw dataError(
      `Cannot read ${parts.matrix}: it is ${shape.rows} x ${shape.cols}, its folder names ` +
        `${features.ids.length} features and ${barcodes.length} barcodes`,
    );
  });
  const keep = geneColumns(features);
  const genes = selectFeatures(features, keep);
  return memorySource({
    name: basename(isFolder(path) ? path : dirname(path)),
    matrix: keep ? selectColumns(matrix, keep) : matrix,
    obsNames: barcodes,
    varNames: genes.names,
    var: featureColumns(genes),
  });
}

function readFeatures(path: string): Features {
  const rows = readTsv(path);
  return {
    ids: rows.map((row) => row[0]),
    names: rows.map((row) => row[1] ?? row[0]),
    ...(rows.every((row) => row.length >= 3) && { types: rows.map((row) => row[2]) }),
  };
}

const isFolder = (path: string): boolean => host.files.stat(path)?.isDirectory ?? false;

function findParts(path: string): Record<keyof typeof PARTS, string> {
  const folder = isFolder(path) ? path : dirname(path);
  const prefix = isFolder(path) ? "" : basename(path).replace(PARTS.matrix, "");
  const names = host.files.list(folder).filter((name) => name.startsWith(prefix));
  const find = (part: keyof typeof PARTS): string => {
    const found = names.filter((name) => PARTS[part].test(name));
    if (found.length === 1) return join(folder, found[0]);
    const what = found.length === 0
      ? `no ${part} file`
      : `several ${part} files (${found.slice(0, 3).join(", ")})`;
    throw fileError(
      `Cannot read MatrixMarket folder ${folder}: there is ${what}; it needs matrix.mtx, features.tsv (or ` +
        `genes.tsv) and barcodes.tsv, each plain or .gz`,
    );
  };
  return { matrix: find("matrix"), features: find("features"), barcodes: find("barcodes") };
}
