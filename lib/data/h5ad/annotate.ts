import { fileError, writeAtomically } from "../../runtime/mod.ts";
import { Hdf5File } from "../hdf5.ts";
import { requireHdf5 } from "../hdf5_check.ts";
import { unlink } from "../hdf5_unlink.ts";
import type { DenseArray, RecordArray } from "./elements.ts";
import { readRecords } from "./encodings.ts";
import { columnNames, indexKey, readTableFields } from "./frames.ts";
import {
  type Columns,
  putArray,
  putColumn,
  putFrame,
  putGroup,
  putStrings,
  putUns,
  requireName,
  type UnsDict,
} from "./put.ts";
import { putObsm } from "./write.ts";

/** What to add to a copy of an `.h5ad`. */
export interface Annotations {
  /** Columns with one value a cell. */
  readonly obs?: Columns;
  /** Arrays with one row a cell. */
  readonly obsm?: Readonly<Record<string, DenseArray>>;
  readonly uns?: UnsDict;
}

/**
 * Copies an `.h5ad` and adds obs columns, obsm and uns entries so that anndata and scanpy open it again. Entries of
 * the same name are replaced; everything else keeps its bytes. The obs and obsm tables of anndata before 0.7 are
 * rewritten as groups with the same columns (booleans become 0 and 1). `output` holds the whole file or nothing.
 *
 * @throws {KcellfmError} tag "file" when a file or the output's folder cannot be used, "data" when lengths differ.
 */
export async function annotateCopy(input: string, output: string, additions: Annotations): Promise<void> {
  requireHdf5(input);
  await writeAtomically(output, async (temporary) => {
    await Deno.copyFile(input, temporary);
    await Deno.chmod(temporary, 0o644);
    await makeRoom(temporary, additions);
    const file = await Hdf5File.open(temporary, "a");
    try {
      addTo(file, additions);
    } finally {
      file.close();
    }
  });
}

/** Converts tables and removes what is about to be replaced. */
async function makeRoom(path: string, additions: Annotations): Promise<void> {
  await convertTable(path, "obs", (file) => {
    const table = readTableFields(file, "obs");
    return (file) => putFrame(file, "obs", table);
  });
  await convertTable(path, "obsm", (file) => {
    const { columns } = readRecords(file, "obsm");
    return (file) => putRecords(file, "obsm", columns);
  });
  for (const group of ["obs", "obsm", "uns"] as const) {
    for (const name of Object.keys(additions[group] ?? {})) unlink(path, `${group}/${name}`);
  }
}

/** Replaces the table at `at`, if it is one, by what `read` returns to write. */
async function convertTable(
  path: string,
  at: string,
  read: (file: Hdf5File) => (file: Hdf5File) => void,
): Promise<void> {
  let file = await Hdf5File.open(path);
  const write = file.kind(at) === "dataset" ? read(file) : null;
  file.close();
  if (!write) return;
  unlink(path, at);
  file = await Hdf5File.open(path, "a");
  write(file);
  file.close();
}

function putRecords(file: Hdf5File, path: string, columns: RecordArray["columns"]): void {
  putGroup(file, path);
  for (const [name, column] of Object.entries(columns)) {
    if ("shape" in column) putArray(file, `${path}/${name}`, column);
    else putStrings(file, `${path}/${name}`, column);
  }
}

function addTo(file: Hdf5File, { obs = {}, obsm = {}, uns = {} }: Annotations): void {
  if (file.kind("obs") !== "group") throw fileError(`Cannot annotate ${file.path}: it has no obs`);
  addColumns(file, obs);
  const rows = rowCount(file);
  for (const group of ["obsm", "uns"]) if (!file.kind(group)) putGroup(file, group);
  for (const [name, array] of Object.entries(obsm)) putObsm(file, name, { array, rows });
  for (const [name, value] of Object.entries(uns)) putUns(file, `uns/${requireName(file, name)}`, value);
}

function addColumns(file: Hdf5File, columns: Columns): void {
  const order = columnNames(file, "obs", indexKey(file, "obs"));
  const length = rowCount(file);
  for (const [name, column] of Object.entries(columns)) {
    putColumn(file, `obs/${requireName(file, name)}`, { column, length });
  }
  file.setAttribute("obs", "column-order", [...new Set([...order, ...Object.keys(columns)])]);
}

const rowCount = (file: Hdf5File): number => file.info(`obs/${indexKey(file, "obs")}`).shape?.[0] ?? 0;
