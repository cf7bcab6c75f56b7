import { type ModelCells, readRows } from "./cells.ts";

/**
 * A 32-bit hash of each of some cells (FNV-1a over the cell's name and which of a sixteenth of the genes it expresses):
 * the same for the same cell in another file, order, storage or normalisation, other for other cells.
 *
 * @param rows ascending; default all
 * @returns one hash a row
 */
export function hashCells(
  cells: ModelCells,
  rows: Int32Array = Int32Array.from({ length: cells.source.nObs }, (_, i) => i),
): Uint32Array {
  const hashes = new Uint32Array(rows.length);
  const { obsNames } = cells.source;
  for (const { at, cells: { rows: count, indptr, indices, data } } of readRows(cells, rows)) {
    for (let i = 0; i < count; i++) {
      const [from, to] = [indptr[i], indptr[i + 1]];
      const expressed = indices.subarray(from, to).filter((token, k) =>
        isSampled(token) && data[from + k] !== 0
      );
      hashes[at + i] = hashTokens(hashText(obsNames[rows[at + i]]), expressed.sort());
    }
  }
  return hashes;
}

/** True if a gene is in the sixteenth that is hashed (by the high bits of a multiplicative hash). */
const isSampled = (token: number): boolean => Math.imul(token + 1, 0x9e3779b1) >>> 28 === 0;

const [OFFSET, PRIME] = [0x811c9dc5, 0x01000193];

const mix = (hash: number, byte: number): number => Math.imul(hash ^ byte, PRIME);

function hashText(text: string): number {
  let hash = OFFSET;
  for (const byte of new TextEncoder().encode(text)) hash = mix(hash, byte);
  return hash;
}

function hashTokens(start: number, tokens: Int32Array): number {
  let hash = start;
  for (const token of tokens) for (const shift of [0, 8, 16]) hash = mix(hash, token >> shift & 0xff);
  return hash >>> 0;
}
