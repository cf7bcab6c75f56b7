import { formOf } from "./form.ts";
import type { ObjectChoice } from "./r/find.ts";
import { openR } from "./r/open.ts";
import { type CsvOptions, openCsv } from "./tables/csv.ts";
import type { MatrixChoice } from "./h5ad/open.ts";
import { type ModalityChoice, openHdf5 } from "./open_hdf5.ts";
import { openMatrixMarket } from "./tables/mtx.ts";
import type { CellSource } from "./types.ts";
import { openZarr } from "./zarr/open.ts";

/** Options for opening cells; each field concerns the forms that have it. */
export interface OpenOptions extends MatrixChoice, CsvOptions, ObjectChoice, ModalityChoice {}

/**
 * Opens cells in any form that is known: AnnData in HDF5 or zarr, MuData, loom, 10x `.h5`, a MatrixMarket folder, CSV or TSV
 * (gz), R's `.rds` and `.rda`. What a file holds decides, not its name.
 *
 * @throws {KcellfmError} tag "file" when the file cannot be opened or its form is not known, "data" when it lacks
 * what it must have.
 */
export async function openCells(path: string, options: OpenOptions = {}): Promise<CellSource> {
  switch (await formOf(path)) {
    case "mtx":
      return await openMatrixMarket(path);
    case "text":
      return await openCsv(path, options);
    case "r":
      return await openR(path, options);
    case "zarr":
      return await openZarr(path, options);
    case "hdf5":
      return await openHdf5(path, options);
  }
}
