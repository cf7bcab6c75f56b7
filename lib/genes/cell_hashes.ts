import { type ModelCells, readModelCells } from "./cells.ts";

const BLOCK = 256;

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
  const { obsNames, nObs } = cells.source;
  for (let at = 0; at < rows.length;) {
    const start = Math.floor(rows[at] / BLOCK) * BLOCK;
    const block = readModelCells(cells, start, Math.min(start + BLOCK, nObs));
    for (; at < rows.length && rows[at] < start + BLOCK; at++) {
      const [from, to] = [block.indptr[rows[at] - start], block.indptr[rows[at] - start + 1]];
      const expressed = block.indices.subarray(from, to).filter((token, i) =>
        isSampled(token) && block.data[from + i] !== 0
      );
      hashes[at] = hashTokens(hashText(obsNames[rows[at]]), expressed.sort());
    }
  }
  return hashes;
}

/** Whether a gene is in the sixteenth that is looked at (the high bits of a multiplicative hash). */
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
