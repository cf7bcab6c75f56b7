import { host, writeAtomically } from "../../runtime/mod.ts";
import { Hdf5File } from "../hdf5/file.ts";
import { requireHdf5 } from "../hdf5/check.ts";
import { unlink } from "../hdf5/unlink.ts";
import { addTo, type Annotations, replacedBy } from "./add.ts";
import type { RecordArray } from "./elements.ts";
import { readElement, readRecords } from "./encodings.ts";
import { readFrame, readTableFields, unsCategories } from "./frames.ts";
import { putArray, putFrame, putGroup, putStrings } from "./put.ts";
import { below, type ElementSink } from "./store.ts";

/**
 * Copies an `.h5ad` and adds obs columns, obsm and uns entries so that anndata and scanpy open it again. Entries of
 * the same name are replaced; everything else keeps its bytes. The obs and obsm tables of anndata before 0.7 are
 * rewritten as groups with the same columns (categoricals become text, booleans 0 and 1). `output` holds the whole file or nothing.
 *
 * @throws {KcellfmError} tag "file" when a file or the output's folder cannot be used, "data" when lengths differ.
 */
export async function annotateCopy(
  input: string,
  output: string,
  additions: Annotations,
  root = "",
): Promise<void> {
  requireHdf5(input);
  await writeAtomically(output, async (temporary) => {
    host.files.copy(input, temporary);
    const copy = { path: temporary, shown: output, root };
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
  /** Path of the AnnData in the file: "", or `mod/rna` of a MuData. */
  readonly root: string;
}

async function withFile<T>(
  { path, shown, root }: Copy,
  mode: "r" | "a",
  use: (file: ElementSink) => T,
): Promise<T> {
  const file = await Hdf5File.open(path, mode, shown);
  try {
    return use(below<ElementSink>(file, root));
  } finally {
    file.close();
  }
}

/** Replaces the table at `at`, if it is one, by what `read` returns to write. */
async function convertTable(
  copy: Copy,
  at: string,
  read: (file: ElementSink) => (file: ElementSink) => void,
): Promise<void> {
  const write = await withFile(copy, "r", (file) => file.kind(at) === "dataset" ? read(file) : null);
  if (!write) return;
  remove(copy, at);
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
  for (const name of moved) remove(copy, unsCategories(name));
}

/** Removes what is about to be replaced. */
async function makeRoom(copy: Copy, additions: Annotations): Promise<void> {
  for (const target of await withFile(copy, "r", (file) => replacedBy(file, additions))) remove(copy, target);
}

function remove(copy: Copy, target: string): void {
  unlink(copy.path, copy.root === "" ? target : `${copy.root}/${target}`, copy);
}

function putRecords(file: ElementSink, path: string, columns: RecordArray["columns"]): void {
  putGroup(file, path);
  for (const [name, column] of Object.entries(columns)) {
    if ("shape" in column) putArray(file, `${path}/${name}`, column);
    else putStrings(file, `${path}/${name}`, column);
  }
}
