import { hashCells, type ModelCells } from "../genes/mod.ts";
import { stemOf } from "../runtime/mod.ts";
import type { CellModel } from "./model.ts";

/** Cells that two files share by chance, or because a few were taken over, do not make a file a seen one. */
const SEEN_SHARE = 0.1;

/**
 * True if a model was trained on cells of a file: by the hashes of the cells it has seen, if its checkpoint has
 * them, whatever the file is called and however it was saved; else, for older checkpoints, by the file's name.
 */
export function hasSeen(
  { seenCells, studies = [] }: Pick<CellModel, "seenCells" | "studies">,
  { cells, path }: { cells: ModelCells; path: string },
): boolean {
  if (seenCells === undefined) return studies.includes(stemOf(path));
  const seen = new Set(seenCells);
  const found = hashCells(cells).filter((hash) => seen.has(hash));
  return found.length > SEEN_SHARE * cells.source.nObs;
}
