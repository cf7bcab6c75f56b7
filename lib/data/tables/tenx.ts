import { basename, dataError } from "../../runtime/mod.ts";
import { featureColumns, type Features, geneColumns, selectFeatures } from "./features.ts";
import { csrReader } from "../h5ad/matrix.ts";
import type { Hdf5File } from "../hdf5/file.ts";
import { typeName } from "../hdf5/types.ts";
import { Frame, selectColumns } from "../../matrix/mod.ts";
import type { CellSource } from "../types.ts";

/** The group that holds the matrix: `matrix` since Cell Ranger 3, named after the genome before; null elsewhere. */
export function tenxGroup(file: Hdf5File): string | null {
  const groups = file.keys("/").filter((key) =>
    file.kind(key) === "group" && ["barcodes", "indptr", "shape"].every((name) => file.kind(`${key}/${name}`))
  );
  if (groups.length <= 1) return groups[0] ?? null;
  throw dataError(
    `Cannot read ${file.path}: it holds several genomes (${
      groups.join(", ")
    }); split it with Cell Ranger first`,
  );
}

/**
 * A 10x Genomics `.h5` (Cell Ranger 2 or 3 layout), read by rows: stored by barcode, so its columns are our rows.
 * Features other than gene expression are left out. The file is closed with the source.
 *
 * @throws {KcellfmError} tag "data", when its parts do not fit each other.
 */
export function openTenx(file: Hdf5File, group: string): CellSource {
  const features = readFeatures(file, group);
  const barcodes = file.strings(`${group}/barcodes`);
  const [cols, rows] = file.numbers(`${group}/shape`, Float64Array);
  if (rows !== barcodes.length || cols !== features.ids.length) {
    throw dataError(
      `Cannot read ${group} of ${file.path}: its shape is ${cols} x ${rows}, it names ${features.ids.length} ` +
        `features and ${barcodes.length} barcodes`,
    );
  }
  const keep = geneColumns(features);
  const genes = selectFeatures(features, keep);
  const dtype = typeName(file.info(`${group}/data`).type);
  const matrix = csrReader(file, { path: group, rows, cols, dtype });
  return {
    name: basename(file.path),
    nObs: rows,
    nVars: genes.ids.length,
    obsNames: barcodes,
    varNames: genes.names,
    obs: new Frame(barcodes),
    var: new Frame(genes.names, featureColumns(genes)),
    rows: (start, end) => keep ? selectColumns(matrix.read(start, end), keep) : matrix.read(start, end),
    close: () => file.close(),
  };
}

/** Since Cell Ranger 3 a group of columns; before, and as some programs write it, without the types, or without names. */
function readFeatures(file: Hdf5File, group: string): Features {
  const column = (...paths: string[]): string[] | null => {
    const found = paths.map((path) => `${group}/${path}`).find((path) => file.kind(path) === "dataset");
    return found === undefined ? null : file.strings(found);
  };
  const ids = column("features/id", "genes", "features/name", "gene_names");
  if (!ids) throw dataError(`Cannot read ${group} of ${file.path}: its genes have no names`);
  const types = column("features/feature_type");
  return { ids, names: column("features/name", "gene_names") ?? ids, ...(types && { types }) };
}
