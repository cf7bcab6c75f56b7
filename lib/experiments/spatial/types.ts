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
  /** Which cells are reported on, where files say so (train.csv, test.csv). */
  readonly isTest?: readonly boolean[];
}

/** How a file of tissue cells is read. */
export interface ReadSpatialOptions {
  /** The column of labels; default the first of cell_type_A, cell_type, ClusterName, phenotype, label. */
  readonly labelKey?: string;
  /** A marker table in front of the shipped one. */
  readonly markers?: string;
}
