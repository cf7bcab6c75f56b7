import { dataError, fileError } from "../runtime/mod.ts";
import { describeH5ad, type MatrixChoice } from "./h5ad/open.ts";
import { below } from "./h5ad/store.ts";
import { Hdf5File } from "./hdf5/file.ts";
import { isLoom, openLoom } from "./tables/loom.ts";
import { openTenx, tenxGroup } from "./tables/tenx.ts";
import type { CellSource } from "./types.ts";

/** Of a MuData, the modality to read. */
export interface ModalityChoice {
  /** Default `rna`, or the only one. */
  readonly modality?: string;
}

/**
 * Opens cells in an HDF5 file: an AnnData, a modality of a MuData, a loom file or 10x; its groups tell which.
 *
 * @throws {KcellfmError} tag "file" or "data", when it is none of them or damaged.
 */
export async function openHdf5(path: string, options: MatrixChoice & ModalityChoice): Promise<CellSource> {
  const file = await Hdf5File.open(path);
  try {
    return sourceOf(file, options);
  } catch (error) {
    file.close();
    throw error;
  }
}

function sourceOf(file: Hdf5File, options: MatrixChoice & ModalityChoice): CellSource {
  requireOneFile(file);
  const root = annDataRoot(file, options);
  if (root !== null) return describeH5ad(below(file, root), options);
  if (isLoom(file)) return openLoom(file, options);
  const group = tenxGroup(file);
  if (group !== null) return openTenx(file, group);
  if (isH5Seurat(file)) {
    throw fileError(
      `Cannot read ${file.path}: it is an h5Seurat file; in R, save what SeuratDisk::LoadH5Seurat reads with saveRDS, and give that`,
    );
  }
  return describeH5ad(file, options);
}

/** Fails where something lies in another file: a copy elsewhere would lose it. */
function requireOneFile(file: Hdf5File): void {
  const inside = ["X", "layers"].filter((group) => file.kind(group) === "group");
  const paths = [
    ...file.keys("/"),
    ...inside.flatMap((group) => file.keys(group).map((name) => `${group}/${name}`)),
  ];
  for (const path of paths) {
    const other = file.externalFile(path);
    if (other === null) continue;
    throw dataError(
      `Cannot read ${path} of ${file.path}: it is a link into the file ${other}; write all into one file (in Python: ` +
        `anndata.read_h5ad(FILE).write(OTHER))`,
    );
  }
}

const isH5Seurat = (file: Hdf5File): boolean =>
  file.kind("assays") === "group" && file.kind("cell.names") !== null;

/**
 * Path of the AnnData of a file: "" at its root, `mod/rna` in a MuData; null if there is none.
 *
 * @throws {KcellfmError} tag "data", when a MuData has no such modality.
 */
export function annDataRoot(file: Hdf5File, { modality }: ModalityChoice): string | null {
  if (file.kind("mod") === "group") return `mod/${chosenModality(file, modality)}`;
  return file.kind("obs") === null ? null : "";
}

function chosenModality(file: Hdf5File, modality: string | undefined): string {
  const names = file.keys("mod").filter((name) => file.kind(`mod/${name}`) === "group");
  const usual = names.includes("rna") ? "rna" : names.length === 1 ? names[0] : undefined;
  const chosen = modality ?? usual;
  if (chosen !== undefined && names.includes(chosen)) return chosen;
  throw dataError(
    `Cannot read ${file.path}: it has ${
      modality === undefined ? "several modalities" : `no modality "${modality}"`
    } ` +
      `(${names.join(", ")}); choose one with --modality NAME`,
  );
}
