import { type CsrMatrix, sliceRows, stackRows } from "../matrix/mod.ts";
import type { CellSource } from "./types.ts";

/** Rows of a block; readers of slices take a multiple of it. */
const BLOCK = 256;
/** Bytes that the blocks of one file may take: about 70,000 cells of a thousand values. */
const BUDGET = 600_000_000;

/** Cells whose blocks are decoded once, as long as they fit into memory. */
export interface DecodedOnce extends CellSource {
  /** Forgets the blocks of rows [start, end), which are not needed in this form again. */
  forget(start: number, end: number): void;
}

/**
 * A source that keeps the blocks it has read, up to `budget` bytes, so that a second reader of the same rows costs no
 * decoding. When memory is full the first blocks stay: readers go through a file from its start.
 */
export function decodeOnce<Source extends CellSource>(
  source: Source,
  budget = BUDGET,
): Source & DecodedOnce {
  const kept = new Map<number, CsrMatrix>();
  let left = budget;
  const block = (start: number): CsrMatrix => {
    const known = kept.get(start);
    if (known) return known;
    const read = source.rows(start, Math.min(start + BLOCK, source.nObs));
    if (bytesOf(read) <= left) {
      kept.set(start, read);
      left -= bytesOf(read);
    }
    return read;
  };
  return {
    ...source,
    rows: (start, end) => {
      if (!(start >= 0 && start <= end && end <= source.nObs)) {
        throw new RangeError(
          `Cannot read rows [${start}, ${end}) of ${source.name}: it has ${source.nObs} rows`,
        );
      }
      const pieces: CsrMatrix[] = [];
      for (let at = start; at < end;) {
        const first = at - at % BLOCK;
        const last = Math.min(end, first + BLOCK);
        pieces.push(sliceRows(block(first), at - first, last - first));
        at = last;
      }
      return pieces.length === 1 ? pieces[0] : stackRows(pieces, source.nVars);
    },
    forget: (start, end) => {
      for (let at = start - start % BLOCK; at < end; at += BLOCK) {
        const known = kept.get(at);
        if (known && at >= start && at + known.rows <= end) {
          kept.delete(at);
          left += bytesOf(known);
        }
      }
    },
  };
}

const bytesOf = ({ indptr, indices, data }: CsrMatrix): number =>
  indptr.byteLength + indices.byteLength + data.byteLength;
