import { dataError, fileError, messageOf, statOrNull } from "../../runtime/mod.ts";
import { describeH5ad, type H5ad, type MatrixChoice } from "../h5ad/open.ts";
import { below, type ElementStore } from "../h5ad/store.ts";
import { folderFiles, zipFiles } from "./files.ts";
import { ZarrStore } from "./store.ts";

/** Of a hierarchy with several tables: the one with the cells. */
export interface TableChoice {
  readonly object?: string;
}

/**
 * Opens an AnnData in zarr, version 2 or 3, a folder or a zip, or the table of a SpatialData; see {@linkcode openH5ad}.
 *
 * @throws {KcellfmError} tag "file" when it is damaged, "data" when it holds no AnnData.
 */
export async function openZarr(path: string, choice: MatrixChoice & TableChoice = {}): Promise<H5ad> {
  const store = await openZarrStore(path);
  return describeH5ad(below(store, tableRoot(store, choice)), choice);
}

/** The hierarchy at a path. */
export async function openZarrStore(path: string): Promise<ZarrStore> {
  try {
    const files = statOrNull(path)?.isDirectory ? folderFiles(path) : await zipFiles(path);
    return new ZarrStore(path, files);
  } catch (error) {
    throw fileError(`Cannot read ${path}: ${messageOf(error)}`, error);
  }
}

/** Path of the AnnData: at the root, or among the tables of a SpatialData. */
export function tableRoot(store: ElementStore, { object }: TableChoice): string {
  if (store.kind("obs") !== null) return "";
  for (const folder of ["tables", "table"]) {
    const tables = store.keys(folder).filter((name) => store.kind(`${folder}/${name}/obs`) !== null);
    const found = object === undefined
      ? tables.length === 1 ? tables[0] : undefined
      : tables.find((name) => name === object);
    if (found) return `${folder}/${found}`;
    if (tables.length > 0) {
      throw dataError(
        `Cannot read ${store.path}: it holds the tables ${tables.join(", ")}; choose one with --object NAME`,
      );
    }
  }
  throw dataError(`Cannot read ${store.path}: it holds no AnnData (a group with obs, var and X)`);
}
