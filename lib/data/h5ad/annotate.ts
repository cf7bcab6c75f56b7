import { dataError, writeAtomically } from "../../runtime/mod.ts";
import { Hdf5File } from "../hdf5/file.ts";
import { requireHdf5 } from "../hdf5/check.ts";
import { unlink } from "../hdf5/unlink.ts";
import type { DenseArray, RecordArray } from "./elements.ts";
import { readElement, readRecords } from "./encodings.ts";
import { columnNames, indexKey, readFrame, readIndex, readTableFields, unsCategories } from "./frames.ts";
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
 * rewritten as groups with the same columns (categoricals become text, booleans 0 and 1). `output` holds the whole file or nothing.
 *
 * @throws {KcellfmError} tag "file" when a file or the output's folder cannot be used, "data" when lengths differ.
 */
export async function annotateCopy(input: string, output: string, additions: Annotations): Promise<void> {
  requireHdf5(input);
  await writeAtomically(output, async (temporary) => {
    await Deno.copyFile(input, temporary);
    await Deno.chmod(temporary, 0o644);
    const copy = { path: temporary, shown: output };
    await convertObs(copy);
    await convertTable(copy, "obsm", (file) => {
      const { columns } = readRecords(file, "obsm");
      return (file) => putRecords(file, "obsm", columns);
    });
    await makeRoom(copy, additions);
    await withFile(copy, "a", (file) => addTo(file, additions));
  });
}

/** The file being made, and what messages call it. */
interface Copy {
  readonly path: string;
  readonly shown: string;
}

async function withFile<T>({ path, shown }: Copy, mode: "r" | "a", use: (file: Hdf5File) => T): Promise<T> {
  const file = await Hdf5File.open(path, mode, shown);
  try {
    return use(file);
  } finally {
    file.close();
  }
}

/** Replaces the table at `at`, if it is one, by what `read` returns to write. */
async function convertTable(
  copy: Copy,
  at: string,
  read: (file: Hdf5File) => (file: Hdf5File) => void,
): Promise<void> {
  const write = await withFile(copy, "r", (file) => file.kind(at) === "dataset" ? read(file) : null);
  if (!write) return;
  unlink(copy.path, at, copy);
  await withFile(copy, "a", write);
}

/** Categories move from uns into the columns: no version of anndata looks for those of a group in uns. */
async function convertObs(copy: Copy): Promise<void> {
  let moved: string[] = [];
  await convertTable(copy, "obs", (file) => {
    const { index, columns } = readTableFields(file, "obs");
    const obs = readFrame(file, "obs", readElement);
    moved = Object.keys(columns).filter((name) => file.kind(unsCategories(name)) !== null);
    const labels = moved.map((name) => [name, obs.values(name).map((label) => String(label ?? ""))]);
    const table = { index, columns: { ...columns, ...Object.fromEntries(labels) } };
    return (file) => putFrame(file, "obs", table);
  });
  for (const name of moved) unlink(copy.path, unsCategories(name), copy);
}

/** Removes what is about to be replaced. */
async function makeRoom(copy: Copy, additions: Annotations): Promise<void> {
  const targets = await withFile(copy, "r", (file) => {
    if (file.kind("obs") !== "group") throw dataError(`Cannot annotate ${copy.shown}: its input has no obs`);
    requireColumns(file, Object.keys(additions.obs ?? {}));
    return GROUPS.flatMap((group) => Object.keys(additions[group] ?? {}).map((name) => `${group}/${name}`))
      .filter((target) => file.kind(target) !== null);
  });
  for (const target of targets) unlink(copy.path, target, copy);
}

const GROUPS = ["obs", "obsm", "uns"] as const;

/** Fails when a column would take the place of the row names. */
function requireColumns(file: Hdf5File, names: readonly string[]): void {
  const index = indexKey(file, "obs");
  for (const name of names) {
    if (name !== index && name !== "__categories") continue;
    throw dataError(
      `Cannot write obs/${name} of ${file.path}: obs keeps its row names there; use another name`,
    );
  }
}

function putRecords(file: Hdf5File, path: string, columns: RecordArray["columns"]): void {
  putGroup(file, path);
  for (const [name, column] of Object.entries(columns)) {
    if ("shape" in column) putArray(file, `${path}/${name}`, column);
    else putStrings(file, `${path}/${name}`, column);
  }
}

function addTo(file: Hdf5File, { obs = {}, obsm = {}, uns = {} }: Annotations): void {
  const rows = readIndex(file, "obs", readElement).length;
  addColumns(file, obs, rows);
  for (const group of ["obsm", "uns"]) if (!file.kind(group)) putGroup(file, group);
  for (const [name, array] of Object.entries(obsm)) putObsm(file, name, { array, rows });
  for (const [name, value] of Object.entries(uns)) putUns(file, `uns/${requireName(file, name)}`, value);
}

function addColumns(file: Hdf5File, columns: Columns, length: number): void {
  const order = columnNames(file, "obs", indexKey(file, "obs"));
  for (const [name, column] of Object.entries(columns)) {
    putColumn(file, `obs/${requireName(file, name)}`, { column, length });
  }
  file.setAttribute("obs", "column-order", [...new Set([...order, ...Object.keys(columns)])]);
}
