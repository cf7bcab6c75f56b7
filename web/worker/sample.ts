import { type CellSource, openCells } from "../../lib/data/mod.ts";
import type { OpenCells } from "../../lib/annotate/mod.ts";
import { sliceRows, stackRows } from "../../lib/matrix/mod.ts";

/** Cells of a first look, in stretches over the file: files are often sorted by sample or type. */
const STRETCH = 16;

/** Opens a file as some of its cells. */
export function openSample(cells: number): OpenCells {
  return async (path, choice) => sampled(await openCells(path, choice), cells);
}

/** Every k-th stretch of rows of a source, `cells` in all, or the source itself where it has no more. */
export function sampled<Source extends CellSource>(source: Source, cells: number): Source {
  if (source.nObs <= cells) return source;
  const stretches = Math.ceil(cells / STRETCH);
  const rows = Int32Array.from({ length: stretches * STRETCH }, (_, i) => {
    const start = Math.floor(Math.floor(i / STRETCH) * (source.nObs - STRETCH) / Math.max(1, stretches - 1));
    return start + i % STRETCH;
  }).subarray(0, cells);
  return {
    ...source,
    nObs: rows.length,
    obsNames: Array.from(rows, (row) => source.obsNames[row]),
    obs: source.obs.rows(rows),
    rows: (start: number, end: number) => {
      const pieces = [];
      for (let i = start; i < end;) {
        let next = i + 1;
        while (next < end && rows[next] === rows[next - 1] + 1) next++;
        pieces.push(source.rows(rows[i], rows[next - 1] + 1));
        i = next;
      }
      return pieces.length === 0 ? sliceRows(source.rows(0, 1), 0, 0) : stackRows(pieces, source.nVars);
    },
  };
}
