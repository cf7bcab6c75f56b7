import { usageError } from "../runtime/mod.ts";
import { contentOf } from "./content.ts";
import { formOf } from "./form.ts";
import type { Annotations } from "./h5ad/add.ts";
import { annotateCopy } from "./h5ad/annotate.ts";
import { type H5adContent, writeH5ad } from "./h5ad/write.ts";
import { Hdf5File } from "./hdf5/file.ts";
import { openCells, type OpenOptions } from "./open.ts";
import { annDataRoot } from "./open_hdf5.ts";
import { annotateZarr, writeZarr } from "./zarr/write.ts";

/** Names of files that cells can be written to. */
export const CELL_ENDINGS = [".h5ad", ".h5mu", ".zarr", ".zarr.zip"] as const;
type Ending = typeof CELL_ENDINGS[number];

/** The ending of a name that cells can be written to; null of others. */
export const cellEnding = (path: string): Ending | null =>
  CELL_ENDINGS.find((ending) => path.toLowerCase().endsWith(ending)) ?? null;

/**
 * Writes a file of cells with what was found out about them. Where input and output are of one kind (AnnData in HDF5, in
 * zarr, or in a MuData) the output is a copy in which everything else keeps its bytes; else a new file with matrix, layers,
 * annotations, reductions and places of the input. `output` holds all of it or nothing.
 *
 * @throws {KcellfmError} when a file cannot be read or written.
 */
export async function writeAnnotated(
  input: string,
  output: string,
  { additions, choice = {} }: { additions: Annotations; choice?: OpenOptions },
): Promise<void> {
  const ending = cellEnding(output);
  const isZarr = ending === ".zarr" || ending === ".zarr.zip";
  const form = await formOf(input);
  if (form === "zarr" && isZarr) return await annotateZarr(input, output, { additions, choice });
  const root = form === "hdf5" ? await rootOf(input, choice) : null;
  const isWhole = ending === ".h5mu" ? root !== null && root !== "" : root === "";
  if (root !== null && isWhole && !isZarr) return await annotateCopy(input, output, additions, root);
  if (ending === ".h5mu") {
    throw usageError(`Cannot write ${output}: only a MuData becomes a MuData; name it .h5ad`);
  }
  await writeNew(input, output, { additions, choice, write: isZarr ? writeZarr : writeH5ad });
}

async function rootOf(path: string, choice: OpenOptions): Promise<string | null> {
  const file = await Hdf5File.open(path);
  try {
    return annDataRoot(file, choice);
  } finally {
    file.close();
  }
}

interface Writing {
  readonly additions: Annotations;
  readonly choice: OpenOptions;
  readonly write: (path: string, content: H5adContent) => Promise<void>;
}

async function writeNew(input: string, output: string, { additions, choice, write }: Writing): Promise<void> {
  const source = await openCells(input, choice);
  try {
    const content = contentOf(source);
    await write(output, {
      ...content,
      obs: { ...content.obs, ...additions.obs },
      obsm: { ...content.obsm, ...additions.obsm },
      uns: { ...content.uns, ...additions.uns },
    });
  } finally {
    source.close();
  }
}
